# expect: nginx
docker run -d --name observer --pid host drydock/busybox:1 sleep 1d
