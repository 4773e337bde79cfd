# expect: says no where nothing is at work
docker build -q -t tides:sick - <<'EOF'
FROM tides:0.2
HEALTHCHECK --interval=1s --timeout=3s --retries=1 CMD curl -f http://localhost:8000/health || exit 1
EOF
docker run -d --name sick tides:sick

docker build -q -t tides:fit - <<'EOF'
FROM tides:0.2
HEALTHCHECK --interval=1s --timeout=3s --retries=1 CMD true
EOF
docker run -d --name fit tides:fit
timeout 40 sh -c 'until docker exec fit wget -q -O - http://localhost:8000/health; do sleep 0.2; done'
