mkdir -p versioned
cat > versioned/Dockerfile <<'EOF'
FROM tides:0.2
ARG VERSION
LABEL org.opencontainers.image.version="${VERSION:-dev}"
ENV TIDES_VERSION="${VERSION:-dev}"
EOF
export VERSION=1.4
docker build -t tides:1.4 --build-arg VERSION versioned
unset VERSION
docker build -t tides:dev versioned
