# Another order, the whole folder, and the Dockerfile under another name.
cat > tides/Dockerfile.first <<'EOF'
FROM drydock/python:3
COPY . /app
CMD ["python3", "tides.py", "serve"]
WORKDIR /app/
EOF
docker build --file tides/Dockerfile.first --tag tides:0.1 tides
