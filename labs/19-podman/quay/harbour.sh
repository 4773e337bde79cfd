# The harbour, where it isn't there yet: a container with Podman in it (lab 19).
docker inspect harbour >/dev/null 2>&1 || docker run --privileged -d --name harbour --hostname harbour \
    -p 8191:2375 -p 8192:8192 -p 8193:8193 -p 8194:8194 drydock/podman:5 >/dev/null
# It may have been stopped with the lab's daemon.
docker start harbour >/dev/null
docker exec harbour ready
