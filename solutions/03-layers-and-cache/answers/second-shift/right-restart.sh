docker run --name watch drydock/busybox:1 sh -c 'echo "shift by $HOSTNAME" >> /logbook.txt; cat /logbook.txt'
docker restart watch
docker wait watch
