# expect: Container fit is healthy within 8 s
docker build -q -t tides:sick - <<'EOF'
FROM tides:0.2
HEALTHCHECK --interval=1s --timeout=3s --retries=1 CMD curl -f http://localhost:8000/health || exit 1
EOF
docker run -d --name sick tides:sick

docker tag tides:sick tides:fit
docker run -d --name fit tides:fit
