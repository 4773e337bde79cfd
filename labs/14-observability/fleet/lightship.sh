# The lightship: a Docker host of one's own, with a buoy on it. One that runs stays as it is.
docker network inspect signals >/dev/null 2>&1 || docker network create signals >/dev/null
[ "$(docker inspect --format '{{.State.Running}}' lightship 2>/dev/null)" = true ] && exit
docker rm -fv lightship >/dev/null 2>&1
docker run --privileged -d --name lightship --hostname lightship --network signals -v lightship-socket:/share \
    drydock/host:1 -H unix:///var/run/docker.sock -H unix:///share/docker.sock >/dev/null
docker exec lightship ready >/dev/null
docker exec lightship docker run -d --name buoy-7 drydock/nginx:1 >/dev/null
docker exec lightship docker exec buoy-7 sh -c 'echo lit > /dev/shm/lamp'
