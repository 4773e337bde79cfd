# expect: beacon-2 is running
# Between two starts one that crashes lets go of its port. Paused, it holds it.
timeout 40 sh -c 'until docker pause beacon-1; do sleep 0.1; done' 2>/dev/null
docker run -d --name beacon-2 --restart unless-stopped -p 8077:8000 --health-cmd "python3 lookout.py probe" \
  --health-timeout 5s --health-retries 3 --health-start-period 5s beacon:1
