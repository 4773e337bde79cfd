# expect: cut.sh
cat > stencil/Dockerfile <<'EOF'
FROM drydock/busybox:1
COPY cut.sh words.txt /stencil/
RUN sh /stencil/cut.sh
CMD ["cat", "/stencil/words.txt"]
EOF
