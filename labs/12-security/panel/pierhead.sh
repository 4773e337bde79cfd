# The Docker host pierhead with its strongbox and its panel, unless it is there. Where it lies stopped since another day,
# it is started as it was.
docker network inspect roadstead >/dev/null 2>&1 || docker network create --subnet 10.12.0.0/24 roadstead >/dev/null
[ "$(docker inspect --format '{{.State.Running}}' pierhead 2>/dev/null)" != true ] || exit 0
if docker start pierhead >/dev/null 2>&1 && docker exec pierhead ready &&
    docker exec pierhead docker image inspect panel:1 >/dev/null 2>&1; then
    docker exec pierhead docker start wicket panel >/dev/null 2>&1
    exit 0
fi
docker rm -fv pierhead >/dev/null 2>&1
docker run --privileged -d --name pierhead --hostname pierhead --network roadstead drydock/host >/dev/null
docker build -q -t panel:1 panel >/dev/null
docker exec pierhead ready
docker save panel:1 | docker exec -i pierhead docker load -q
docker exec pierhead sh -c "echo ${VALUE_STRONGBOX_GOLD:-nothing} > /root/strongbox; chmod 600 /root/strongbox; mkdir -p /srv"
docker exec pierhead docker run -d --name panel -p 8120:80 -v /var/run/docker.sock:/var/run/docker.sock:ro panel:1 >/dev/null
