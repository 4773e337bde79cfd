# expect: dish 4
docker run -d --name mess-init --init mess:1
docker build -q -t mess:2 - <<'EOF'
FROM mess:1
ENV COOKS=0
EOF
docker run -d --name mess-2 --init mess:2
