# expect: /salvage/map.txt
docker rm -v wreck
docker volume prune --force
docker run -d --name salvor -v chest:/salvage -v cargo:/cargo drydock/busybox:1 sleep 1d
