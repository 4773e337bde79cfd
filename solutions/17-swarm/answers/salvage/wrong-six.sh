# expect: 3 tasks that run
docker start spica
docker exec vega sh -c 'until docker node ls --filter name=spica --format {{.Status}} | grep -q Ready; do sleep 0.2; done'
docker exec vega docker service scale -d topgallant=6
sh harbour/await.sh topgallant 6
