# expect: it has no health check
docker build -q -t lookout:1 - <<'EOF'
FROM lookout:0
HEALTHCHECK --interval=250ms --timeout=5s --retries=2 CMD wget -q -O /dev/null http://localhost:8000/health || exit 1
EOF
docker run -d --name tower lookout:0
