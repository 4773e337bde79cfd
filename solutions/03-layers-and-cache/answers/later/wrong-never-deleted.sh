# expect: /tmp/helper
for name in later same; do
docker build -q -t pack:$name - <<'EOF'
FROM drydock/busybox:1
RUN head -c 5000000 /dev/zero > /tmp/helper && wc -c < /tmp/helper > /report.txt
EOF
done
