# expect: there is no container named leash
docker run -d --name leash --memory 64 --cpus 0.5 drydock/busybox:1 sleep 1d
