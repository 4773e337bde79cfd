# expect: /app/app.py
sed -i -e '/rm -f/d' quay/Dockerfile
printf '%s\n' survey '*.key' '*.log' > quay/.dockerignore
sed -i -e '/rm /d' -e '/chown/d' quay/Dockerfile
docker rm -f quay-try
docker build -q -t quay:good quay
docker run -d --name quay -p 8033:8000 quay:good
docker cp quay-old:/app/guests.txt guests.txt
docker cp guests.txt quay:/app/guests.txt
