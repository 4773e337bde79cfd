# expect: no container named watch
docker run --rm --name watch drydock/busybox:1 sh -c 'echo "shift by $HOSTNAME" >> /logbook.txt; cat /logbook.txt'
