# expect: the swarm has no node mira
docker exec vega docker swarm init
