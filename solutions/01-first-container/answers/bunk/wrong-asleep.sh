# expect: is a shell
docker run -dit --name bunk drydock/busybox:1 sleep 1d
