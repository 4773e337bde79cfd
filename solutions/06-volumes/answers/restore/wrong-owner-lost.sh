# expect: owner
docker run --rm -i -v nested:/data drydock/busybox:1 tar -xf - -C /data < ferry.tar
docker run --rm -i -v ferry:/data drydock/busybox:1 sh -c 'tar -xO -f - > /data/guests.txt' < ferry.tar
