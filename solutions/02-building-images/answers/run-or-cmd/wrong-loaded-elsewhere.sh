# expect: Container tides-web is running
# The database is made in / and not where the program looks for it.
cat > tides/Dockerfile <<'EOF'
FROM drydock/python:3
COPY tides.py harbours.csv /
RUN python3 tides.py load
WORKDIR /app
COPY tides.py harbours.csv ./
CMD ["python3", "tides.py", "serve"]
EOF
docker build -t tides:0.2 tides
docker run -d --name tides-web -p 8020:8000 tides:0.2
