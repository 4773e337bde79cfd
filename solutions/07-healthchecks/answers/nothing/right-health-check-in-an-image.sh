docker build -q -t lookout:0 - <<'EOF'
FROM lookout:0
HEALTHCHECK --interval=500ms --timeout=1s --retries=1 CMD wget -q -O /dev/null http://localhost:8000/health || exit 1
EOF
docker run -d --name stuck --restart no lookout:0
docker update --restart always stuck
until [ "$(docker inspect --format '{{.State.Health.Status}}' stuck)" = healthy ]; do sleep 0.3; done
docker exec stuck wget -q -T 1 -O - http://localhost:8000/fog || true
