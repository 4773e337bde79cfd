# expect: The klaxon says
echo '{"log-driver": "local"}' >mended.json
docker cp mended.json guardboat:/etc/docker/daemon.json
docker start guardboat
docker exec guardboat ready
