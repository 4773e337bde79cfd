# expect: Image bell:2 has at /ring.sh
docker build -q -t bell:2 - <<'EOF'
FROM bell:1
RUN chmod +x /ring.sh
EOF
docker run --rm --entrypoint cat bell:2 /ring.sh | tr -d '\r' > ring.sh
chmod 755 ring.sh
docker run -d --name bell-2 -v "$PWD/ring.sh:/ring.sh:ro" bell:2
