# expect: no container named tide-watch
docker run --rm --name tide-watch drydock/busybox:1 sh -c 'echo "shift by $HOSTNAME" >> /logbook.txt; cat /logbook.txt'
