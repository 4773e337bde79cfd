# expect: Container published-only was made from tides:0.2
docker build -q -t tides:exposed - <<'EOF'
FROM tides:0.2
EXPOSE 8000
EOF
docker run -d --name exposed-only tides:exposed
docker run -d --name published-only -p 8022:8000 tides:exposed
