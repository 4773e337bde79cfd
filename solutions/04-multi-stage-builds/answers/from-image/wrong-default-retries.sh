# expect: retries
cat > beacon/Dockerfile.checked <<'EOF'
FROM drydock/toolchain:1 AS build
WORKDIR /src
COPY . .
RUN tcc -static -o /beacon beacon.c morse.c

FROM scratch
COPY --from=build /beacon /beacon
COPY --from=drydock/busybox:1 /bin/busybox /busybox
USER 10001
HEALTHCHECK --interval=1s CMD ["/busybox", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8000/health"]
CMD ["/beacon"]
EOF
docker build -q -t beacon:checked -f beacon/Dockerfile.checked beacon
docker run -d --name beacon-checked beacon:checked
