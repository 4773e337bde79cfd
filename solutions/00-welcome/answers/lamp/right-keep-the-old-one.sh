docker rename lamp old-lamp
docker run -d --name lamp --env COLOUR=red drydock/busybox:1 tail -f /dev/null
