# expect: the step with tcc runs again
docker build -q -t beacon:fat -f - beacon <<'EOF'
FROM drydock/toolchain:1
WORKDIR /src
COPY . .
RUN tcc -static -o /beacon beacon.c morse.c
CMD ["/beacon"]
EOF
printf 'FROM drydock/busybox:1\nCOPY --from=beacon:fat /beacon /beacon\nCMD ["/beacon"]\n' > beacon/Dockerfile
docker build -q -t beacon:slim beacon
docker run -d --name beacon-slim -p 8042:8000 beacon:slim
