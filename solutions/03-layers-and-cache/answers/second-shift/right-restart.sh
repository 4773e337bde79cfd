docker run --name tide-watch drydock/busybox:1 sh -c 'echo "shift by $HOSTNAME" >> /logbook.txt; cat /logbook.txt'
docker restart tide-watch
docker wait tide-watch
