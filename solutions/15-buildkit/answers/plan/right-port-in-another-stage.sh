cat > topsail/Dockerfile <<'EOF'
FROM drydock/openssh:10 AS server
RUN --mount=type=ssh,required=true ssh -o StrictHostKeyChecking=no -p 8151 app@localhost cat plan > /plan
FROM drydock/busybox:1
COPY --from=server /plan /
CMD ["cat", "/plan"]
EOF
docker build -q --network=host --ssh default=keys/loft.key -t topsail:1 topsail
