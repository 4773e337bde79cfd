# expect: Volume ferry has nothing at /data
docker run --rm -i -v nested:/data drydock/busybox:1 tar -xf - -C /data < ferry.tar
docker run --rm -i -v ferry:/data drydock/busybox:1 sh -c 'tar -xf - -C /data && cp /data/data/guests.txt /data/' < ferry.tar
