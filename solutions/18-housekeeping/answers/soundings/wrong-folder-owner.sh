# expect: soundings are the lugger's
docker exec lugger docker run --rm -v soundings:/s:ro drydock/busybox:1 tar -c -C /s . | docker exec -i cutter docker run --rm -i -v soundings:/s drydock/busybox:1 sh -c 'tar -x -C /s; chown 0:0 /s/deep'
