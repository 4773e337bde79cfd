# expect: beacon is running
docker run -d --name beacon --restart unless-stopped -p 8077:8000 --health-cmd "python3 lookout.py probe" \
  --health-timeout 5s --health-retries 3 --health-start-period 5s beacon:1
