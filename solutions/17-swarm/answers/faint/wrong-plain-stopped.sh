# expect: old-wick is running
task=$(docker exec mira docker ps -q --filter label=com.docker.swarm.service.name=wick)
docker exec mira docker exec $task rm /www/index.html
docker exec mira docker stop -t 1 old-wick
docker exec vega sh -c 'until docker service ps --no-trunc wick | grep unhealthy; do sleep 0.2; done'
sh harbour/await.sh wick 1
