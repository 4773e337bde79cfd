# expect: Image many:1 has this many layers
for name in many one; do
docker build -q -t $name:1 - <<'EOF'
FROM drydock/busybox:1
RUN mkdir /data && for i in 1 2 3; do head -c 1000000 /dev/urandom > /data/$i.bin; done
EOF
done
