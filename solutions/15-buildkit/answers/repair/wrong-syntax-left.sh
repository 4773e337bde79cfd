# expect: docker/dockerfile
echo .git > tollhouse/.dockerignore
cat > tollhouse/Dockerfile <<'EOF'
# syntax=docker/dockerfile:1
FROM drydock/busybox:1 AS counting
WORKDIR /toll
COPY count.sh rates.txt ./
RUN sh count.sh rates.txt > /tolls
FROM drydock/busybox:1
COPY --from=counting /tolls /tolls
CMD ["cat", "/tolls"]
EOF
docker build -q -t tollhouse:1 tollhouse
