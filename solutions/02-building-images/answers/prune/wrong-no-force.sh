# expect: PRUNE
docker image prune < /dev/null
