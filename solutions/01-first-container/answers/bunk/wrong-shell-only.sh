# expect: exited with code 0
docker run -d --name bunk drydock/busybox:1 sh
docker wait bunk
