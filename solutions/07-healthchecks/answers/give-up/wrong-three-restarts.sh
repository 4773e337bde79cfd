# expect: on-failure:3
docker run -d --name flare --restart on-failure:3 drydock/busybox:1 sh -c 'echo click; exit 3'
