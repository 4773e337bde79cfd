cat > beacon/Dockerfile.tiny <<'EOF'
FROM drydock/toolchain:1 AS build
COPY . /src
RUN cd /src && tcc -static -o beacon beacon.c morse.c

FROM scratch
COPY --from=build /src/beacon /beacon
USER 10001:10001
ENTRYPOINT ["/beacon"]
EOF
docker build -q -t beacon:tiny -f beacon/Dockerfile.tiny beacon
docker run -d --name beacon-tiny -p 8043:8000 beacon:tiny
