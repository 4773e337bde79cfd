# expect: user
cat > beacon/Dockerfile.tiny <<'EOF'
FROM drydock/toolchain:1 AS build
WORKDIR /src
COPY . .
RUN tcc -static -o /beacon beacon.c morse.c

FROM scratch
COPY --from=build /beacon /beacon
USER 10001
CMD ["/beacon"]
EOF
docker build -q -t beacon:tiny -f beacon/Dockerfile.tiny beacon
docker run -d --name beacon-tiny -p 8043:8000 beacon:tiny
