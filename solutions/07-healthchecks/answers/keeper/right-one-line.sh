docker build -q -t keeper:1 - <<'EOF'
FROM keeper:0
HEALTHCHECK --interval=250ms --timeout=5s --retries=1 CMD ["python3", "-c", "import os, time; assert time.time() - os.path.getmtime('/tmp/turned') <= 1"]
EOF
docker run -d --name lamp-2 --env LAMP=stuck keeper:1
docker run -d --name lamp-1 keeper:1
