# expect: start-period 5s or more
docker rm -f beacon-1
docker run -d --name beacon-2 --restart unless-stopped -p 8077:8000 beacon:1
