# expect: keeps its input open
docker run -d -t --name bunk drydock/busybox:1 sh
