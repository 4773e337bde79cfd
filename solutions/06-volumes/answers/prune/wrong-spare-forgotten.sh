# expect: Volume spare is removed
docker system prune --all --force --filter label=drydock.lab=flood
docker run -d --name witness -v ledger:/ledger drydock/busybox:1 sleep 1d
docker system prune --force --volumes --filter label=drydock.lab=flood
docker volume create spare
