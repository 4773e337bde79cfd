# expect: cut.sh
cat > stencil/Dockerfile <<'EOF'
FROM drydock/busybox:1
COPY words.txt /stencil/
COPY cut.sh /stencil/
RUN sh /stencil/cut.sh
CMD ["cat", "/stencil/words.txt"]
EOF
