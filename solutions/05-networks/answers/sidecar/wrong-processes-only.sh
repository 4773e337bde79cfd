# expect: Container auditor has the network mode container:ledger
docker run -d --name auditor --pid container:ledger drydock/busybox:1 sleep 1d
docker exec auditor wget -q -O - http://localhost:9000/audit
