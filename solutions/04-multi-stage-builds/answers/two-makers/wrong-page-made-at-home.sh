# expect: the step with python runs again
(cd beacon && python3 make_signals.py)
cat > beacon/Dockerfile.full <<'EOF'
FROM drydock/toolchain:1 AS build
WORKDIR /src
COPY . .
RUN tcc -static -o /beacon beacon.c morse.c

FROM scratch
COPY --from=build /beacon /beacon
COPY signals.txt /signals.txt
CMD ["/beacon"]
EOF
docker build -q -t beacon:full -f beacon/Dockerfile.full beacon
docker run -d --name beacon-full -p 8044:8000 beacon:full
