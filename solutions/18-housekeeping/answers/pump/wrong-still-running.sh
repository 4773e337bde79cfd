# expect: running
docker run -d --name pump --init drydock/busybox:1 sleep 1d
