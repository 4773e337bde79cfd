# expect: and nowhere else
docker start spica
docker exec vega sh -c 'until docker node ls --filter name=spica --format {{.Status}} | grep -q Ready; do sleep 0.2; done'
