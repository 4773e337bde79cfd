# expect: has lost a task
task=$(docker exec mira docker ps -q --filter label=com.docker.swarm.service.name=wick)
docker exec mira docker exec old-wick rm /www/index.html
docker exec mira docker stop $task
sh harbour/await.sh wick 1
