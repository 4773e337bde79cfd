docker image prune -f --filter label=drydock.lab=raft
