# expect: entrypoint
docker build -q -t bell:2 - <<'EOF'
FROM bell:1
RUN chmod +x /ring.sh && sed -i 's/\r$//' /ring.sh
EOF
docker run -d --name bell-2 --entrypoint sh bell:2 /ring.sh
