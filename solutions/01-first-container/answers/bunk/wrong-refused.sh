# expect: there is no container named bunk
docker run -it --name bunk drydock/busybox:1 sh
