# expect: sleep
docker run -d --name observer drydock/busybox:1 sleep 1d
