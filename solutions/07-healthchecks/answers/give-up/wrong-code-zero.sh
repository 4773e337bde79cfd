# expect: exited with code 0
docker run -d --name flare --restart on-failure:2 drydock/busybox:1 sh -c 'echo click'
