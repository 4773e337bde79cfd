# expect: pantry:1
cat > chandlery/Dockerfile <<'EOF'
FROM drydock/busybox:1
COPY --chmod=755 chandler /usr/local/bin/
RUN chandler update
RUN chandler install --no-cache lamp wick && rm -r /var/lib/chandler
EOF
docker build -q --network host -t pantry:1 chandlery || true
