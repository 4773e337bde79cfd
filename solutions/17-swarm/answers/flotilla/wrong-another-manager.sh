# expect: not a swarm manager
docker exec mira docker swarm init
token=$(docker exec mira docker swarm join-token -q worker)
for ship in vega spica; do docker exec $ship docker swarm join --token $token mira:2377; done
