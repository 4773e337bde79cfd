# expect: /added/sea/dover.txt
cat > charts/Dockerfile <<'EOF'
FROM drydock/busybox:1
COPY charts.tar.gz /copied/
COPY charts.tar.gz /added/
ADD http://localhost:8021/charts.tar.gz /fetched/
EOF
docker build -q -t charts:1 charts
