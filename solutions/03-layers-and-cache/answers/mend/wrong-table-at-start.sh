# expect: /app/depths.json
printf '%s\n' survey deploy.key '*.log' > quay/.dockerignore
cat > quay/Dockerfile <<'EOF'
FROM drydock/python:3
RUN mkdir -m 777 /app
WORKDIR /app
COPY --chown=10001 soundings.csv prepare.py app.py ./
USER 10001
CMD ["sh", "-c", "python3 prepare.py && exec python3 app.py"]
EOF
docker rm -f quay-try
docker build -q -t quay:good quay
docker run -d --name quay -p 8033:8000 quay:good
docker cp quay-old:/app/guests.txt guests.txt
docker cp guests.txt quay:/app/guests.txt
