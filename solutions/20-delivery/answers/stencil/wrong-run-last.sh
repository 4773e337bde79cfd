# expect: cut.sh
cat > stencil/Dockerfile <<'EOF'
FROM drydock/busybox:1
COPY . /stencil
ENV LANG=C
RUN sh /stencil/cut.sh
CMD ["cat", "/stencil/words.txt"]
EOF
