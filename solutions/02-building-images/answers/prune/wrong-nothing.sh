# expect: none is dangling
docker images --filter label=drydock.lab=raft
