# expect: exited with code 137
docker run -d --name pump --stop-signal KILL drydock/busybox:1 sleep 1d
docker stop pump
