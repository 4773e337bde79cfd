docker exec vega docker swarm init
token=$(docker exec vega docker swarm join-token -q manager)
for ship in mira spica; do docker exec $ship docker swarm join --token $token vega:2377; done
docker exec vega docker node demote mira spica
