docker run -d --name gallery drydock/busybox:1 sleep 1d
docker update --memory 64m --memory-swap 64m --memory-reservation 48m gallery
