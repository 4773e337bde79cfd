# expect: Volume soundings has at /deep/north
docker exec lugger docker run --name cargo -v soundings:/s drydock/busybox:1 true
docker exec lugger docker commit cargo cargo:1
docker exec lugger docker save cargo:1 | docker exec -i cutter docker load
docker exec cutter docker run --rm -v soundings:/s cargo:1 ls /s
