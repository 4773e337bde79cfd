# expect: Container reader has the volume
docker run -d --name reader --volumes-from recorder drydock/busybox:1 sleep 1d
