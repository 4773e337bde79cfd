# expect: exited with code 137
docker run -d --name pump drydock/busybox:1 sleep 1d
docker stop -t 1 pump
