# expect: lamp and wick of the second delivery
cat > chandlery/Dockerfile <<'EOF'
FROM drydock/busybox:1
COPY --chmod=755 chandler /usr/local/bin/
RUN chandler update && chandler install --no-cache lamp && rm -r /var/lib/chandler
EOF
docker build -q --network host -t pantry:1 chandlery
