# expect: The history of image charts:1 contains 'ADD http://localhost:8021/charts.tar.gz'
cat > charts/Dockerfile <<'EOF'
FROM drydock/busybox:1
COPY charts.tar.gz /copied/
ADD charts.tar.gz /added/
COPY charts.tar.gz /fetched/
EOF
docker build -q -t charts:1 charts
