docker rm wreck
docker volume rm $(docker volume ls -q --filter label=drydock.lab=wreck)
for volume in $(docker volume ls -q | grep -E '^[0-9a-f]{64}$'); do
    if docker run --rm -v $volume:/v:ro drydock/busybox:1 test -e /v/map.txt; then break; fi
done
docker create --name salvor --mount source=$volume,target=/salvage --mount source=cargo,target=/cargo drydock/busybox:1 sleep 1d
docker start salvor
