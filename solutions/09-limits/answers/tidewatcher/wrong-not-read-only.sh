# expect: touch /tides/tides
docker run -d --name tidewatcher -v "$(docker inspect --format '{{(index .Mounts 0).Name}}' recorder)":/tides drydock/busybox:1 sleep 1d
