# expect: Container blind is unhealthy
docker build -q -t lookout:1 - <<'EOF'
FROM lookout:0
HEALTHCHECK --interval=250ms --timeout=5s --retries=2 CMD wget -q -O /dev/null http://localhost:8000/health || true
EOF
docker run -d --name blind lookout:1 sleep 1d
docker run -d --name tower lookout:1
