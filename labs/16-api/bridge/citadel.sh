# The citadel, where it isn't there yet or lies stopped: a Docker host with an open door (lab 16).
if docker start citadel >/dev/null 2>&1; then
    docker exec citadel ready
    exit
fi
docker create --privileged --name citadel --hostname citadel -p 8162:22 -p 8163:2375 -p 8164:2376 drydock/host:1 >/dev/null
docker cp bridge/open.json citadel:/etc/docker/daemon.json 2>/dev/null
docker start citadel >/dev/null
docker exec citadel ready
