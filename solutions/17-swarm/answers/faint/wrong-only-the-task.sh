# expect: Container old-wick is unhealthy
task=$(docker exec mira docker ps -q --filter label=com.docker.swarm.service.name=wick)
docker exec mira docker exec $task rm /www/index.html
docker exec vega sh -c 'until docker service ps --no-trunc wick | grep unhealthy; do sleep 0.2; done'
