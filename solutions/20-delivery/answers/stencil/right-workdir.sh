cat > stencil/Dockerfile <<'EOF'
FROM drydock/busybox:1
WORKDIR /stencil
COPY cut.sh .
RUN sh cut.sh
COPY words.txt .
CMD ["cat", "/stencil/words.txt"]
EOF
