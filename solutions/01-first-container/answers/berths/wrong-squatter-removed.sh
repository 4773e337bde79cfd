# expect: there is no container named squatter
docker rm -f squatter
docker start berths
