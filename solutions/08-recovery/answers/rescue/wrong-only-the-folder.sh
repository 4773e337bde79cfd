# expect: Container safe has at /mnt/waiting-list.txt
docker create --name safe drydock/busybox:1
docker cp north:/srv/booth/. - | docker cp - safe:/mnt
