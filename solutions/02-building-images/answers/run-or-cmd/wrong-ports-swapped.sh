# expect: Container tides-web publishes its port 8000/tcp at port 8020
cat > tides/Dockerfile <<'EOF'
FROM drydock/python:3
WORKDIR /app
COPY tides.py harbours.csv ./
RUN python3 tides.py load
CMD ["python3", "tides.py", "serve"]
EOF
docker build -t tides:0.2 tides
docker run -d --name tides-web -p 8000:8020 tides:0.2
