docker run -d --name observer --pid "container:$(docker ps -q --filter name=web)" drydock/busybox:1 sleep 1d
