# expect: the step with tcc runs again
docker build -q -t beacon:fat -f - beacon <<'EOF'
FROM drydock/toolchain:1
WORKDIR /src
COPY . .
RUN tcc -static -o /beacon beacon.c morse.c
CMD ["/beacon"]
EOF
cat > beacon/Dockerfile.checked <<'EOF'
FROM scratch
COPY --from=beacon:fat /beacon /beacon
COPY --from=drydock/busybox:1 /bin/busybox /busybox
USER 10001
HEALTHCHECK --interval=1s --timeout=2s --retries=2 CMD ["/busybox", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8000/health"]
CMD ["/beacon"]
EOF
docker build -q -t beacon:checked -f beacon/Dockerfile.checked beacon
docker run -d --name beacon-checked beacon:checked
