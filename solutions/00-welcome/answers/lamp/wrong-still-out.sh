# expect: exited with code 0
docker rm lamp
docker run -d --name lamp --env COLOUR=red drydock/busybox:1 true
docker wait lamp
