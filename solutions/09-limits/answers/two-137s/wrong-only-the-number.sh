# expect: Container burst was killed for want of memory
docker run --name burst --memory 32m drydock/busybox:1 sh -c 'exit 137'
docker run -d --name shot drydock/busybox:1 sleep 1d
docker kill shot
docker wait shot
