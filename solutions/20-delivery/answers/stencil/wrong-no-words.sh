# expect: The words are in the image
cat > stencil/Dockerfile <<'EOF'
FROM drydock/busybox:1
COPY cut.sh /stencil/
RUN sh /stencil/cut.sh
CMD ["cat", "/stencil/words.txt"]
EOF
