# expect: has the restart policy always
task=$(docker exec mira docker ps -q --filter label=com.docker.swarm.service.name=wick)
docker exec mira docker exec $task rm /www/index.html
docker exec mira docker rm -f old-wick
docker exec mira docker run -d --name old-wick --health-interval 1s --health-retries 2 --health-cmd false hold:5000/light:1
docker exec vega sh -c 'until docker service ps --no-trunc wick | grep unhealthy; do sleep 0.2; done'
sh harbour/await.sh wick 1
