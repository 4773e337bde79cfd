# expect: /hold/manifest.txt
docker start castaway
docker run -d --name refloat drydock/busybox:1 sleep 1d
