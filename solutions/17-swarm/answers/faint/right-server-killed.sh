task=$(docker exec mira docker ps -q --filter label=com.docker.swarm.service.name=wick)
for lamp in old-wick $task; do docker exec mira docker exec $lamp sh -c 'echo fog > /www/index.html; mv /www/index.html /www/fog.html'; done
docker exec vega sh -c 'until docker service ps --no-trunc wick | grep unhealthy; do sleep 0.2; done'
sh harbour/await.sh wick 1
