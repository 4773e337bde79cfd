# expect: by the changed script
cat > rig/Dockerfile <<'EOF'
FROM drydock/busybox:1
COPY sail.txt meet.sh /
RUN echo "the sail and the mast were made at the same time" | tee /sail
COPY mast.txt /
RUN cat /mast.txt && echo "the mast and the sail were made at the same time" | tee /mast
EOF
docker build -q -t rig:1 rig
