# expect: The event “image prune” happened
docker images --filter label=drydock.lab=raft
