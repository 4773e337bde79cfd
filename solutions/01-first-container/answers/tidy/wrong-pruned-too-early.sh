# expect: there is no container named day
docker container prune --force
docker stop -t 1 lantern
docker start day
