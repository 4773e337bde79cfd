# expect: Image charts:1 is built on drydock/busybox:1
cat > charts/Dockerfile <<'EOF'
FROM drydock/python:3
COPY charts.tar.gz /copied/
ADD charts.tar.gz /added/
ADD http://localhost:8021/charts.tar.gz /fetched/
EOF
docker build -q -t charts:1 charts
