# expect: /salvage/map.txt
docker rm -v wreck
docker run -d --name salvor -v /salvage -v cargo:/cargo drydock/busybox:1 sleep 1d
docker exec salvor sh -c 'echo "gold: 1 paces north of the lighthouse" > /salvage/map.txt'
