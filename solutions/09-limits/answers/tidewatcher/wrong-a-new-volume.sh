# expect: Container tidewatcher has the volume
docker run -d --name tidewatcher -v tides:/tides:ro drydock/busybox:1 sleep 1d
