# expect: none is anonymous
docker system prune --all --force --filter label=drydock.lab=flood
docker run -d --name witness -v ledger:/ledger drydock/busybox:1 sleep 1d
docker volume rm spare
