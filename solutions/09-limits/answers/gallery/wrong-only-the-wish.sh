# expect: Container gallery is limited to memory 64MiB
docker run -d --name gallery --memory-reservation 48m drydock/busybox:1 sleep 1d
