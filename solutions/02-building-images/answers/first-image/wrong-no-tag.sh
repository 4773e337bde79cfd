# expect: there is no image tides:0.1
cat > tides/Dockerfile <<'EOF'
FROM drydock/python:3
WORKDIR /app
COPY tides.py harbours.csv ./
CMD ["python3", "tides.py", "serve"]
EOF
docker build -t tides tides
