# expect: PRUNE
docker images --filter label=drydock.lab=raft
