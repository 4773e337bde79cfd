docker container prune --force --filter label=drydock.lab=flood
docker image prune --all --force --filter label=drydock.lab=flood
docker create --name witness --mount source=ledger,target=/ledger drydock/busybox:1 sleep 1d
docker start witness
docker volume prune --force --filter label=drydock.lab=flood
docker volume rm --force spare
