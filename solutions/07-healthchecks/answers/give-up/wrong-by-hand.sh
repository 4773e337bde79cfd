# expect: 0 times
docker run --name flare drydock/busybox:1 sh -c 'echo click; exit 3'
docker update --restart on-failure:2 flare
