cat > chandlery/Dockerfile <<'EOF'
FROM drydock/busybox:1
COPY --chmod=755 chandler /usr/local/bin/
RUN --mount=type=cache,target=/var/lib/chandler --mount=type=cache,target=/var/cache/chandler \
    chandler update && chandler install lamp wick
EOF
docker build -q --network host -t pantry:1 chandlery
