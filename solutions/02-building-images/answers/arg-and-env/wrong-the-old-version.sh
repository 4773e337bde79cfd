# expect: Image tides:next has TIDES_VERSION=
mkdir -p versioned
cat > versioned/Dockerfile <<'EOF'
FROM tides:0.2
ARG VERSION=dev
ENV TIDES_VERSION=$VERSION
LABEL org.opencontainers.image.version=$VERSION
EOF
docker build -q -t tides:next --build-arg VERSION=0.9 versioned
docker build -q -t tides:dev versioned
