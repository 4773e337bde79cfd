# expect: the swarm has no node mira
for ship in vega mira spica; do docker exec $ship docker swarm init; done
