# expect: The log of container ledger contains 'url:/audit'
docker run -d --name auditor --network container:ledger drydock/busybox:1 sleep 1d
