# What isn't there can't be deleted: the colleague's rm does no harm any more.
printf '%s\n' survey deploy.key visits.log > quay/.dockerignore
printf '%s\n' 'FROM drydock/python:3' 'WORKDIR /app' 'COPY --chown=10001 . .' 'RUN python3 prepare.py && rm -f *.log deploy.key' 'USER 10001' 'CMD ["python3", "app.py"]' > quay/Dockerfile
docker rm -f quay-try
docker build -q -t quay:good quay
docker run -d --name quay -p 8033:8000 quay:good
docker cp quay-old:/app/guests.txt guests.txt
docker cp guests.txt quay:/app/guests.txt
