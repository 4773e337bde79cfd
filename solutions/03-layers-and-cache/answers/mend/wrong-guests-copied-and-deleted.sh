# expect: No layer of image quay:good has the file guests.txt
printf '%s\n' survey deploy.key '*.log' > quay/.dockerignore
docker rm -f quay-try
docker cp quay-old:/app/guests.txt quay/
printf '%s\n' 'FROM drydock/python:3' 'WORKDIR /app' 'COPY --chown=10001 . .' 'RUN python3 prepare.py && rm guests.txt' 'USER 10001' 'CMD ["python3", "app.py"]' > quay/Dockerfile
docker build -q -t quay:good quay
docker run -d --name quay -p 8033:8000 quay:good
docker cp quay/guests.txt quay:/app/guests.txt
