# expect: cork-1
docker container prune --force --filter label=keep
