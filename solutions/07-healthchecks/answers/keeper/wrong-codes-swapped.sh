# expect: Container lamp-1 is healthy
cat > keeper/probe.py <<'EOF'
import os, sys, time
age = time.time() - os.path.getmtime("/tmp/turned")
sys.exit(1 if age <= 30 else 0)
EOF
cat > keeper/Dockerfile.probed <<'EOF'
FROM keeper:0
COPY probe.py ./
HEALTHCHECK --interval=250ms --timeout=5s --retries=1 CMD ["python3", "probe.py"]
EOF
docker build -q -t keeper:1 -f keeper/Dockerfile.probed keeper
docker run -d --name lamp-1 keeper:1
docker run -d --name lamp-2 --env LAMP=stuck keeper:1
