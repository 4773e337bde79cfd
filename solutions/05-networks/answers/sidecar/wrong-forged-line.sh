# expect: ledger was visited
docker run -d --name auditor --network container:ledger drydock/busybox:1 sleep 1d
docker exec ledger sh -c 'echo "url:/audit" > /proc/1/fd/1'
