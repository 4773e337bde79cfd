# expect: no such file or directory
docker build -q -t bell:2 - <<'EOF'
FROM bell:1
RUN chmod +x /ring.sh
EOF
docker run -d --name bell-2 bell:2
docker wait bell-2
