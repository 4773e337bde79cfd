docker create --name flare --restart on-failure:2 drydock/busybox:1 sh -c 'echo click; exit 3'
docker start flare
docker wait flare
