# expect: COLOUR=green
docker run -d --name red-lamp --env COLOUR=red drydock/busybox:1 sleep 1d
