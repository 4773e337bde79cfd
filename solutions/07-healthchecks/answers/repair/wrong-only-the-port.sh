# expect: start-period 5s or more
docker rm -f beacon-1
docker run -d --name beacon --restart unless-stopped -p 8077:8000 beacon:1
