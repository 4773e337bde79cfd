# expect: exited with code 137
docker run -d --name alone drydock/busybox:1 sleep 1d
docker run -d --name nursed --init drydock/busybox:1 sleep 1d
docker kill alone nursed
