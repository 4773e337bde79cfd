# expect: GET /health
docker build -q -t lookout:1 - <<'EOF'
FROM lookout:0
HEALTHCHECK --interval=250ms --timeout=5s --retries=2 CMD true
EOF
docker run -d --name tower lookout:1
