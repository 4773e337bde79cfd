id=$(docker inspect --format '{{.Id}}' ledger)
docker run -d --name auditor --network "container:$id" drydock/busybox:1 sleep 1d
docker exec auditor wget -q -O - http://127.0.0.1:9000/audit
