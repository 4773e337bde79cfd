# expect: has at /mast a file containing
cat > rig/Dockerfile <<'EOF'
FROM drydock/busybox:1 AS mast
COPY meet.sh mast.txt /
RUN --mount=type=cache,target=/quay (cat /mast.txt; sh /meet.sh mast sail) | tee /mast
FROM mast AS sail
COPY sail.txt /
RUN --mount=type=cache,target=/quay (cat /sail.txt; sh /meet.sh sail mast) | tee /sail
FROM drydock/busybox:1
COPY --from=sail /mast /sail /
EOF
docker build -q -t rig:1 rig
