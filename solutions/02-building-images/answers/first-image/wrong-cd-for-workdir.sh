# expect: Image tides:0.1 has the working directory /app
cat > tides/Dockerfile <<'EOF'
FROM drydock/python:3
RUN mkdir /app && cd /app
COPY tides.py harbours.csv /app/
CMD ["python3", "tides.py", "serve"]
EOF
docker build -t tides:0.1 tides
