# The launch, where it doesn't run yet: a Docker host on which a user can have a Docker as well (lab 19).
[ "$(docker inspect --format '{{.State.Running}}' launch 2>/dev/null)" = true ] || {
    docker rm -fv launch >/dev/null 2>&1
    docker build -q -t launch:1 quay/launch >/dev/null
    docker run --privileged -d --name launch --hostname launch launch:1 >/dev/null
}
docker exec launch ready
