docker run --rm -v nested:/data -v "$PWD:/here:ro" drydock/busybox:1 tar -x -f /here/ferry.tar -C /data
docker run --rm -v ferry:/top -v "$PWD/ferry.tar:/ferry.tar:ro" drydock/busybox:1 sh -c 'cd /top && tar -xf /ferry.tar --strip-components 1'
