# expect: cut.sh
cat > stencil/Dockerfile <<'EOF'
FROM drydock/busybox:1
COPY words.txt /stencil/
CMD ["cat", "/stencil/words.txt"]
EOF
