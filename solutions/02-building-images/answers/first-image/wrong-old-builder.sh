# expect: The history of image tides:0.1 contains '# buildkit'
cat > tides/Dockerfile <<'EOF'
FROM drydock/python:3
WORKDIR /app
COPY tides.py harbours.csv ./
CMD ["python3", "tides.py", "serve"]
EOF
DOCKER_BUILDKIT=0 docker build -t tides:0.1 tides
