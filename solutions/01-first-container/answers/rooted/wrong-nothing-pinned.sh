# expect: different
docker run -d --name rooted drydock/busybox:1 sleep 1d
