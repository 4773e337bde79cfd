# expect: Container lamp-2 is unhealthy
cat > keeper/probe.py <<'EOF'
import os, sys, time
age = time.time() - os.path.getmtime("/tmp/turned")
print("too old" if age > 1 else "fine")
EOF
cat > keeper/Dockerfile.probed <<'EOF'
FROM keeper:0
COPY probe.py ./
HEALTHCHECK --interval=250ms --timeout=5s --retries=1 CMD ["python3", "probe.py"]
EOF
docker build -q -t keeper:1 -f keeper/Dockerfile.probed keeper
docker run -d --name lamp-1 keeper:1
docker run -d --name lamp-2 --env LAMP=stuck keeper:1
timeout 40 sh -c 'until [ "$(docker inspect --format "{{.State.Health.Status}}" lamp-2)" = healthy ]; do sleep 0.2; done'
