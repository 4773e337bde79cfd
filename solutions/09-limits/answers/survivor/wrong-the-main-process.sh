# expect: Container survivor has exited with code 0
docker run --name survivor --memory 32m drydock/busybox:1 tail /dev/zero
