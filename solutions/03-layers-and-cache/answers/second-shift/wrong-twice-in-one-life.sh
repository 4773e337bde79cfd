# expect: has the command
docker run --name tide-watch drydock/busybox:1 sh -c 'for i in 1 2; do echo "shift by $HOSTNAME" >> /logbook.txt; cat /logbook.txt; done'
