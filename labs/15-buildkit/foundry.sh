# Starts the foundry (a Docker host with containerd's store) and the registry slipway on the network ways, where they don't run.
[ "$(docker inspect --format '{{.State.Running}}' foundry slipway 2>/dev/null | grep -c true)" != 2 ] || exit 0
# Stopped with the lab's Docker: what is in them stays.
if docker start slipway foundry >/dev/null 2>&1; then docker exec foundry ready; exit; fi
docker rm -fv foundry slipway >/dev/null 2>&1
docker network inspect ways >/dev/null 2>&1 || docker network create ways >/dev/null
docker run -d --name slipway --network ways -p 8150:5000 drydock/registry:2 >/dev/null
docker create --privileged --name foundry --hostname foundry --network ways drydock/host >/dev/null
echo '{"features": {"containerd-snapshotter": true}, "insecure-registries": ["slipway:5000"]}' > foundry.json
docker cp -q foundry.json foundry:/etc/docker/daemon.json
docker start foundry >/dev/null && docker exec foundry ready
docker exec foundry docker info --format 'foundry: Docker {{.ServerVersion}}, images in {{.Driver}}'
for _ in $(seq 100); do docker logs slipway 2>&1 | grep -q "listening on" && break; sleep 0.2; done
