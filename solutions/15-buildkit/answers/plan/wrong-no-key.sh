# expect: there is no image topsail:1
sed -i 's/^RUN ssh/RUN --mount=type=ssh ssh/' topsail/Dockerfile
docker build -q --network host -t topsail:1 topsail
