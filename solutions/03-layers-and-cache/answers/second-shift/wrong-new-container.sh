# expect: /logbook.txt
docker run --name tide-watch drydock/busybox:1 sh -c 'echo "shift by $HOSTNAME" >> /logbook.txt; cat /logbook.txt'
docker rm tide-watch
docker run --name tide-watch drydock/busybox:1 sh -c 'echo "shift by $HOSTNAME" >> /logbook.txt; cat /logbook.txt'
