# expect: ledger was visited
docker run -d --name auditor --network container:ledger drydock/busybox:1 sleep 1d
