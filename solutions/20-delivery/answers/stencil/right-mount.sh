cat > stencil/Dockerfile <<'EOF'
FROM drydock/busybox:1
RUN --mount=type=bind,source=cut.sh,target=/cut.sh sh /cut.sh
COPY . /stencil
CMD ["cat", "/stencil/words.txt"]
EOF
