cat > beacon/Dockerfile.full <<'EOF'
FROM drydock/toolchain:1 AS build
WORKDIR /src
COPY . .
RUN tcc -static -o /beacon beacon.c morse.c

FROM drydock/python:3 AS pages
WORKDIR /work
COPY . .
RUN ["python", "make_signals.py"]

FROM scratch
COPY --from=build /beacon /beacon
COPY --from=pages /work/signals.txt /signals.txt
CMD ["/beacon"]
EOF
docker build -q -t beacon:full -f beacon/Dockerfile.full beacon
docker run -d --name beacon-full -p 8044:8000 beacon:full
