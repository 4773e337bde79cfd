# expect: /fetched/charts.tar.gz
cat > charts/Dockerfile <<'EOF'
FROM drydock/busybox:1
COPY charts.tar.gz /copied/
ADD charts.tar.gz /added/
ADD charts.tar.gz /fetched/
EOF
docker build -q -t charts:1 charts
