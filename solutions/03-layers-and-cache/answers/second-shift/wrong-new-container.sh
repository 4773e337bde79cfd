# expect: /logbook.txt
docker run --name watch drydock/busybox:1 sh -c 'echo "shift by $HOSTNAME" >> /logbook.txt; cat /logbook.txt'
docker rm watch
docker run --name watch drydock/busybox:1 sh -c 'echo "shift by $HOSTNAME" >> /logbook.txt; cat /logbook.txt'
