cat > charts/Dockerfile <<'EOF'
FROM drydock/busybox:1
WORKDIR /added
ADD charts.tar.gz .
ADD http://localhost:8021/charts.tar.gz /fetched/charts.tar.gz
COPY charts.tar.gz /copied/charts.tar.gz
EOF
docker build -t charts:1 charts
