docker exec vega docker swarm init
token=$(docker exec vega docker swarm join-token -q manager)
for ship in mira spica; do docker exec $ship docker swarm join --token $token vega:2377; done
for ship in mira spica; do until docker exec vega docker node demote $ship; do sleep 0.5; done; done
