# expect: Image beacon:slim is built on drydock/busybox:1
cat > beacon/Dockerfile <<'EOF'
FROM drydock/toolchain:1 AS build
WORKDIR /src
COPY . .
RUN tcc -static -o /beacon beacon.c morse.c
CMD ["/beacon"]
EOF
docker build -q -t beacon:slim beacon
docker run -d --name beacon-slim -p 8042:8000 beacon:slim
