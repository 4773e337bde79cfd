# expect: /mnt/tickets.txt a file owned by 33
docker create --name safe drydock/busybox:1
for file in /srv/booth/fares.json /srv/booth/tickets.txt /tmp/waiting-list.txt; do
    docker cp north:$file .
    docker cp "$(basename $file)" safe:/mnt/
done
