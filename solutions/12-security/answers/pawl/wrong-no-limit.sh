# expect: is limited to pids 15
docker run -d --name pawl -v chest:/chest:ro drydock/busybox:1 sleep 1d
