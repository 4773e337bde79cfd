# expect: no health check
docker rm -f beacon
docker run -d --name beacon --restart unless-stopped -p 8077:8000 --no-healthcheck beacon:1
