# expect: the chandler's list
cat > chandlery/Dockerfile <<'EOF'
FROM drydock/busybox:1
COPY --chmod=755 chandler /usr/local/bin/
RUN chandler update && chandler install lamp wick
RUN rm -r /var/lib/chandler /var/cache/chandler
EOF
docker build -q --network host -t pantry:1 chandlery
