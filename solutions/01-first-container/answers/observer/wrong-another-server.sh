# expect: container:web
docker run -d --name other-server drydock/nginx:1
docker run -d --name observer --pid container:other-server drydock/busybox:1 sleep 1d
