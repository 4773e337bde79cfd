# expect: /src/beacon.c
cat > beacon/Dockerfile <<'EOF'
FROM drydock/toolchain:1 AS build
WORKDIR /src
COPY . .
RUN tcc -static -o /beacon beacon.c morse.c

FROM drydock/busybox:1
COPY --from=build /src /src
COPY --from=build /beacon /beacon
CMD ["/beacon"]
EOF
docker build -q -t beacon:slim beacon
docker run -d --name beacon-slim -p 8042:8000 beacon:slim
