# expect: .index
docker exec lugger docker run --rm -v soundings:/s drydock/busybox:1 sh -c 'cd /s && tar -c *' | docker exec -i cutter docker run --rm -i -v soundings:/s drydock/busybox:1 tar -x -C /s
