# expect: /charts/north.bin
printf '%s\n' 'FROM drydock/busybox:1' 'COPY --chown=10001 north.bin /charts/north.bin' 'USER 10001' > charts/Dockerfile
docker build -q -t charts:slim charts
