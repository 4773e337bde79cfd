# expect: No layer of image quay:good has the file guests.txt
docker cp quay-old:/app/guests.txt quay/
printf '%s\n' survey deploy.key '*.log' > quay/.dockerignore
printf '%s\n' 'FROM drydock/python:3' 'WORKDIR /app' 'COPY --chown=10001 soundings.csv prepare.py ./' 'RUN python3 prepare.py' 'COPY --chown=10001 . .' 'USER 10001' 'CMD ["python3", "app.py"]' > quay/Dockerfile
docker rm -f quay-try
docker build -q -t quay:good quay
docker run -d --name quay -p 8033:8000 quay:good
