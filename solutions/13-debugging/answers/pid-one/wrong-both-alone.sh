# expect: Container nursed has an init process
docker run -d --name alone drydock/busybox:1 sleep 1d
docker run -d --name nursed drydock/busybox:1 sleep 1d
docker stop -t 1 alone nursed
