# expect: Image tides:1.4 sets TIDES_VERSION=1.4 in the environment
# An ARG above FROM belongs to FROM only.
mkdir -p versioned
cat > versioned/Dockerfile <<'EOF'
ARG VERSION=dev
FROM tides:0.2
ENV TIDES_VERSION=$VERSION
LABEL org.opencontainers.image.version=$VERSION
EOF
docker build -q -t tides:1.4 --build-arg VERSION=1.4 versioned
docker build -q -t tides:dev versioned
