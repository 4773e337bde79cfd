# expect: Image tides:0.1 has the command ["python3", "tides.py", "serve"]
cat > tides/Dockerfile <<'EOF'
FROM drydock/python:3
WORKDIR /app
COPY tides.py harbours.csv ./
CMD python3 tides.py serve
EOF
docker build -t tides:0.1 tides
