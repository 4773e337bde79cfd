# expect: captain
docker tag raft:1 raft:saved
docker image prune --force
