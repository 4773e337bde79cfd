cat > chandlery/Dockerfile <<'EOF'
FROM drydock/busybox:1 AS shop
COPY --chmod=755 chandler /usr/local/bin/
RUN chandler update && chandler install lamp wick
FROM drydock/busybox:1
COPY --from=shop /usr/local/bin/lamp /usr/local/bin/wick /usr/local/bin/
EOF
docker build -q --network host -t pantry:1 chandlery
