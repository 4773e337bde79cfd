# expect: The history of image tides:1.4 contains 'ARG VERSION'
for version in 1.4 dev; do
docker build -q -t tides:$version - <<EOF
FROM tides:0.2
ENV TIDES_VERSION=$version
LABEL org.opencontainers.image.version=$version
EOF
done
