# expect: the fetched pack of the lamp
cat > chandlery/Dockerfile <<'EOF'
FROM drydock/busybox:1
COPY --chmod=755 chandler /usr/local/bin/
RUN chandler update && chandler install lamp wick && rm -r /var/lib/chandler
EOF
docker build -q --network host -t pantry:1 chandlery
