# expect: interval 5s or less
docker rm -f beacon-1
docker run -d --name beacon-2 --restart unless-stopped -p 8077:8000 \
  --health-cmd "wget -q -O /dev/null http://localhost:8000/health || exit 1" --health-interval 15s \
  --health-timeout 5s --health-retries 3 --health-start-period 10s beacon:1
