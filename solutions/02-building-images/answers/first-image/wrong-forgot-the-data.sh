# expect: /app/harbours.csv
cat > tides/Dockerfile <<'EOF'
FROM drydock/python:3
WORKDIR /app
COPY tides.py .
CMD ["python3", "tides.py", "serve"]
EOF
docker build -t tides:0.1 tides
