# expect: Volume ferry has nothing at /ferry.tar
docker run --rm -i -v nested:/data drydock/busybox:1 tar -xf - -C /data < ferry.tar
docker run --rm -i -v ferry:/data drydock/busybox:1 sh -c 'cat > /data/ferry.tar; tar -xf /data/ferry.tar -C /' < ferry.tar
