cat > rig/Dockerfile <<'EOF'
FROM drydock/busybox:1 AS cloth
COPY meet.sh sail.txt /
RUN --mount=type=cache,target=/quay (cat /sail.txt; sh /meet.sh sail mast) | tee /sail
FROM drydock/busybox:1 AS wood
COPY meet.sh mast.txt /
RUN --mount=type=cache,target=/quay (cat /mast.txt; sh /meet.sh mast sail) | tee /mast
FROM drydock/busybox:1
COPY --from=cloth /sail /
COPY --from=wood /mast /
EOF
docker build -q -t rig:1 rig
