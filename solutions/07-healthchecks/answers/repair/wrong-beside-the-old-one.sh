# expect: beacon-2 is running
# One that crashes lets go of its port between two starts; this one holds it.
docker rm -f beacon-1
docker run -d --name beacon-1 -p 8077:8000 drydock/busybox:1 sleep 1d
docker run -d --name beacon-2 --restart unless-stopped -p 8077:8000 --health-cmd "python3 lookout.py probe" \
  --health-timeout 5s --health-retries 3 --health-start-period 5s beacon:1
