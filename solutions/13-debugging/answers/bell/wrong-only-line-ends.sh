# expect: permission denied
docker build -q -t bell:2 - <<'EOF'
FROM bell:1
RUN sed -i 's/\r$//' /ring.sh
EOF
docker run -d --name bell-2 bell:2
