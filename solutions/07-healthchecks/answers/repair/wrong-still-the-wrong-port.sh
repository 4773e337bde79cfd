# expect: GET /health
docker rm -f beacon-1
docker run -d --name beacon-2 --restart unless-stopped -p 8077:8000 \
  --health-timeout 5s --health-retries 3 --health-start-period 5s beacon:1
