# expect: there is no container named klaxon
echo '{}' >mended.json
docker cp mended.json guardboat:/etc/docker/daemon.json
docker start guardboat
docker exec guardboat ready
docker exec guardboat docker system prune -a -f --volumes
