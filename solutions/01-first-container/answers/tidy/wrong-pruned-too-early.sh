# expect: there is no container named day
docker container prune --force
docker stop lantern
docker start day
