# expect: owner 33:0
mkdir -p out
docker create --name safe drydock/busybox:1
docker cp north:/srv/booth/fares.json out/
docker cp north:/srv/booth/tickets.txt out/
docker cp north:/tmp/waiting-list.txt out/
tar -c --owner=33 --group=0 -C out fares.json tickets.txt waiting-list.txt | docker cp - safe:/mnt
