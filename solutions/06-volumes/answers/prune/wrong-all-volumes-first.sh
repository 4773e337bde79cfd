# expect: /ledger/page-1.txt
docker rm flooded
docker rmi flood:1
docker volume rm $(docker volume ls --quiet --filter label=drydock.lab=flood)
docker run -d --name witness -v ledger:/ledger drydock/busybox:1 sleep 1d
