# expect: there is no container named phoenix
docker run -d --name phoenix --restart on-failure:3 drydock/busybox:1 sh -c 'sleep 1; exit 7'
docker rm -f phoenix
