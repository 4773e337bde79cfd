echo .git > tollhouse/.dockerignore
cat > tollhouse/Dockerfile <<'EOF'
FROM drydock/busybox:1 AS counting
WORKDIR /toll

RUN --mount=type=bind,source=count.sh,target=count.sh --mount=type=bind,source=rates.txt,target=rates.txt sh count.sh rates.txt > /tolls
FROM drydock/busybox:1
COPY --from=counting /tolls /tolls
CMD ["cat", "/tolls"]
EOF
docker build -q -t tollhouse:1 tollhouse
