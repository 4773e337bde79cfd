docker run -d --name shot drydock/busybox:1 sleep 1d
docker kill shot
docker run -d --name burst --memory 32m drydock/busybox:1 tail /dev/zero
