mkdir -p probed
cat > probed/Dockerfile <<'EOF'
FROM lookout:0
HEALTHCHECK --interval=0.25s --timeout=5s --retries=2 CMD ["python3", "lookout.py", "probe"]
EOF
docker build -t lookout:1 probed
docker create --name tower lookout:1
docker start tower
docker run -d --name blind lookout:1 sleep 1d
