# expect: none is anonymous
docker rm wreck
for volume in $(docker volume ls --quiet --filter dangling=true); do
    docker run --rm -v "$volume:/look" drydock/busybox:1 cat /look/map.txt && found=$volume
done
docker run -d --name salvor -v "$found:/salvage" -v cargo:/cargo drydock/busybox:1 sleep 1d
