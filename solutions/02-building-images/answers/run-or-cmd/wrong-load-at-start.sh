# expect: /app/tides.db
cat > tides/Dockerfile <<'EOF'
FROM drydock/python:3
WORKDIR /app
COPY tides.py harbours.csv ./
CMD python3 tides.py load && exec python3 tides.py serve
EOF
docker build -t tides:0.2 tides
docker run -d --name tides-web -p 8020:8000 tides:0.2
