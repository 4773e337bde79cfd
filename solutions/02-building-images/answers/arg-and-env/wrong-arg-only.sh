# expect: Image tides:1.4 has TIDES_VERSION=1.4 in its environment
mkdir -p versioned
cat > versioned/Dockerfile <<'EOF'
FROM tides:0.2
ARG VERSION=dev
ARG TIDES_VERSION=$VERSION
LABEL org.opencontainers.image.version=$VERSION
EOF
docker build -q -t tides:1.4 --build-arg VERSION=1.4 versioned
docker build -q -t tides:dev versioned
