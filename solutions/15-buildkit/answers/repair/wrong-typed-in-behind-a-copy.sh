# expect: runs the changed script
echo .git > tollhouse/.dockerignore
cat > tollhouse/Dockerfile <<'EOF'
FROM drydock/busybox:1
COPY rates.txt count.sh /
RUN echo 'tolls of the day: 10 crowns' > /tolls # count.sh
CMD ["cat", "/tolls"]
EOF
docker build -q -t tollhouse:1 tollhouse
