# expect: stamp
cat > mint/Dockerfile <<'EOF'
FROM drydock/busybox:1 AS press
COPY stamp.sh /
RUN --mount=type=secret,id=token (cat /run/secrets/token || echo none) 2>/dev/null | sh /stamp.sh > /stamp
FROM drydock/busybox:1
COPY --from=press /stamp /stamp
CMD ["cat", "/stamp"]
EOF
docker build -q -t mint:1 mint
