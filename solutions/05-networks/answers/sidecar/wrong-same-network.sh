# expect: Container auditor has the network mode container:ledger
docker run -d --name auditor --network office drydock/busybox:1 sleep 1d
docker exec ledger wget -q -O - http://localhost:9000/audit
