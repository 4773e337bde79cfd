# expect: the stencil is cut again
cat > stencil/Dockerfile <<'EOF'
FROM drydock/busybox:1
COPY cut.sh /stencil/
COPY words.txt /stencil/
CMD ["cat", "/stencil/words.txt"]
EOF
