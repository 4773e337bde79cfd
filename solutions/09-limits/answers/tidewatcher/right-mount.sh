volume=$(docker volume ls -q | grep '^tides-')
docker run -d --name tidewatcher --mount type=volume,source="$volume",target=/tides,readonly drydock/busybox:1 sleep 1d
