# expect: Container shot was not killed for want of memory
docker run --name burst --memory 32m drydock/busybox:1 tail /dev/zero
docker run --name shot --memory 32m drydock/busybox:1 tail /dev/zero
