# expect: shackle
docker container prune --force --filter label!=keep
