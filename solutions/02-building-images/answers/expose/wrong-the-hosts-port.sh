# expect: Image tides:exposed exposes the port 8000/tcp
docker build -q -t tides:exposed - <<'EOF'
FROM tides:0.2
EXPOSE 8022
EOF
docker run -d --name exposed-only tides:exposed
docker run -d --name published-only -p 8022:8000 tides:0.2
