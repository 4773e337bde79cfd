docker run -d --init --name nursed drydock/busybox:1 sleep 1d
docker stop nursed
docker run -d --name alone drydock/busybox:1 sleep 1d
docker stop -t 1 alone
