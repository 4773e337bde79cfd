# expect: still counts
echo .git > tollhouse/.dockerignore
echo 'echo tolls of the day: 10 crowns' > tollhouse/count.sh
cat > tollhouse/Dockerfile <<'EOF'
FROM drydock/busybox:1 AS counting
WORKDIR /toll
COPY count.sh rates.txt ./
RUN sh count.sh rates.txt > /tolls
FROM drydock/busybox:1
COPY --from=counting /tolls /tolls
CMD ["cat", "/tolls"]
EOF
docker build -q -t tollhouse:1 tollhouse
