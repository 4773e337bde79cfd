cat > tides/Dockerfile <<'EOF'
FROM drydock/python:3
COPY tides.py harbours.csv /app/
WORKDIR /app
RUN ["python3", "tides.py", "load"]
CMD ["python3", "tides.py", "serve"]
EOF
docker image build --tag tides:0.2 tides
docker create --name tides-web --publish 8020:8000/tcp tides:0.2
docker start tides-web
