# expect: there is no container named anchor
docker container prune --force
