# expect: says no where nothing is at work
cat > beacon/Dockerfile.checked <<'EOF'
FROM drydock/toolchain:1 AS build
WORKDIR /src
COPY . .
RUN tcc -static -o /beacon beacon.c morse.c

FROM scratch
COPY --from=build /beacon /beacon
COPY --from=drydock/busybox:1 /bin/busybox /busybox
USER 10001
HEALTHCHECK --interval=1s --timeout=2s --retries=2 CMD ["/busybox", "true"]
CMD ["/beacon"]
EOF
docker build -q -t beacon:checked -f beacon/Dockerfile.checked beacon
docker run -d --name beacon-checked beacon:checked
timeout 40 sh -c 'until docker exec beacon-checked /busybox wget -q -O /dev/null http://127.0.0.1:8000/health; do sleep 0.2; done'
