# expect: is on the network fishmarket
docker run -d --name newsboy --link barker drydock/busybox:1 sleep 1d
