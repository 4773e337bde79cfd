# expect: COLOUR=green
docker rm lamp
docker run -d --name lamp --env COLOUR=green drydock/busybox:1 sleep 1d
