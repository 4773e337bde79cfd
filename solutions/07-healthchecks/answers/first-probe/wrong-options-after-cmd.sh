# expect: has a health check with interval 0.25s, timeout 5s, retries 2
docker build -q -t lookout:1 - <<'EOF'
FROM lookout:0
HEALTHCHECK CMD wget -q -O /dev/null http://localhost:8000/health --interval=250ms --timeout=5s --retries=2
EOF
docker run -d --name tower lookout:1
