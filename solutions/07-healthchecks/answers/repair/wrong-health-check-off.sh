# expect: no health check
docker rm -f beacon-1
docker run -d --name beacon-2 --restart unless-stopped -p 8077:8000 --no-healthcheck beacon:1
