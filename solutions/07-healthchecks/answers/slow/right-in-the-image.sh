docker build -q -t lookout:0 - <<'EOF'
FROM lookout:0
HEALTHCHECK --interval=200ms --timeout=5s --retries=1 --start-period=20s CMD python3 lookout.py probe
EOF
docker run -d --name early --env LOOKOUT_WARMUP=0.5 lookout:0
