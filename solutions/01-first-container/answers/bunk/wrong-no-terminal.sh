# expect: sits at a terminal
docker run -d -i --name bunk drydock/busybox:1 sh
