# expect: Container tidewatcher has the volume
docker run -d --name tidewatcher --volumes-from recorder drydock/busybox:1 sleep 1d
