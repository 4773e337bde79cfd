# A network for one boat, made and removed (lab 19).
docker network create slip-$VALUE_PODMAN_SLIP >/dev/null
docker network rm slip-$VALUE_PODMAN_SLIP >/dev/null
docker network ls --filter name=slip
