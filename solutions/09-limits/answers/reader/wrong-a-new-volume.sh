# expect: Container reader has the volume
docker run -d --name reader -v tides:/tides:ro drydock/busybox:1 sleep 1d
