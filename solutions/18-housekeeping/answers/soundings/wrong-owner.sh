# expect: owner
docker exec lugger docker run --rm -v soundings:/s drydock/busybox:1 tar -c -C /s . | docker exec -i cutter docker run --rm -i -v soundings:/s drydock/busybox:1 tar -x -o -C /s
