# expect: does not contain 'chown '
printf '%s\n' survey deploy.key '*.log' > quay/.dockerignore
printf '%s\n' 'FROM drydock/python:3' 'WORKDIR /app' 'COPY . .' 'RUN python3 prepare.py' 'RUN chown 10001 /app /app/*' 'USER 10001' 'CMD ["python3", "app.py"]' > quay/Dockerfile
docker rm -f quay-try
docker build -q -t quay:good quay
docker run -d --name quay -p 8033:8000 quay:good
docker cp quay-old:/app/guests.txt guests.txt
docker cp guests.txt quay:/app/guests.txt
