# expect: beacon-2 is running
docker run -d --name beacon-2 --restart unless-stopped -p 8077:8000 --health-cmd "python3 lookout.py probe" \
  --health-timeout 5s --health-retries 3 --health-start-period 5s beacon:1
