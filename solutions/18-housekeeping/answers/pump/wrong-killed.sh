# expect: exited with code 137
docker run -d --name pump --init drydock/busybox:1 sleep 1d
docker kill pump
