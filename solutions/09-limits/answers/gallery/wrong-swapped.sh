# expect: there is no container named gallery
docker run -d --name gallery --memory 48m --memory-reservation 64m drydock/busybox:1 sleep 1d
