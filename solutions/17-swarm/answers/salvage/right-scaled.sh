docker start spica
docker exec vega sh -c 'until docker node ls --filter name=spica --format {{.Status}} | grep -q Ready; do sleep 0.2; done'
docker exec vega docker service scale -d topgallant=0
sleep 2
docker exec vega docker service scale -d topgallant=3
sh harbour/await.sh topgallant 3
