printf '%s\n' survey deploy.key '*.log' > quay/.dockerignore
printf '%s\n' 'FROM drydock/python:3' 'RUN echo "harbour:x:10001:10001::/app:/bin/sh" >> /etc/passwd' 'WORKDIR /app' 'COPY --chown=10001 soundings.csv prepare.py ./' 'RUN python3 prepare.py' 'COPY --chown=10001 app.py ./' 'USER harbour' 'CMD ["python3", "app.py"]' > quay/Dockerfile
docker rm -f quay-try
docker build -q -t quay:good quay
docker run -d --name quay -p 8033:8000 quay:good
docker cp quay-old:/app/guests.txt guests.txt
docker cp guests.txt quay:/app/guests.txt
