# expect: Image raft:spare exists
docker image prune --all --force --filter label=drydock.lab=raft
