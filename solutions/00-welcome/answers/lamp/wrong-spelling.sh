# expect: COLOUR is not set
docker rm lamp
docker run -d --name lamp --env COLOR=red drydock/busybox:1 sleep 1d
