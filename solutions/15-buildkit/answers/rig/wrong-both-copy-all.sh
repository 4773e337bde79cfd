# expect: sail.txt
cat > rig/Dockerfile <<'EOF'
FROM drydock/busybox:1 AS mast
COPY . /
RUN --mount=type=cache,target=/quay (cat /mast.txt; sh /meet.sh mast sail) | tee /mast
FROM drydock/busybox:1 AS sail
COPY . /
RUN --mount=type=cache,target=/quay (cat /sail.txt; sh /meet.sh sail mast) | tee /sail
FROM drydock/busybox:1
COPY --from=mast /mast /mast
COPY --from=sail /sail /sail
EOF
docker build -q -t rig:1 rig
