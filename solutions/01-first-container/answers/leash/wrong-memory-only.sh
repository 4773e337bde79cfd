# expect: cpus
docker run -d --name leash --memory 64m drydock/busybox:1 sleep 1d
