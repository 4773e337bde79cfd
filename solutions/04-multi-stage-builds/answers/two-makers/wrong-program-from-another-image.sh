# expect: the step with tcc runs again
docker build -q -t beacon:fat -f - beacon <<'EOF'
FROM drydock/toolchain:1
WORKDIR /src
COPY . .
RUN tcc -static -o /beacon beacon.c morse.c
CMD ["/beacon"]
EOF
cat > beacon/Dockerfile.full <<'EOF'
FROM drydock/python:3 AS pages
WORKDIR /work
COPY make_signals.py signals.csv ./
RUN python3 make_signals.py

FROM scratch
COPY --from=beacon:fat /beacon /beacon
COPY --from=pages /work/signals.txt /signals.txt
CMD ["/beacon"]
EOF
docker build -q -t beacon:full -f beacon/Dockerfile.full beacon
docker run -d --name beacon-full -p 8044:8000 beacon:full
