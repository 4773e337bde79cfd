# expect: has room again
echo '{}' >mended.json
docker cp mended.json guardboat:/etc/docker/daemon.json
docker start guardboat
docker exec guardboat ready
docker exec guardboat docker rm klaxon
docker exec guardboat docker run -d --name klaxon -p 8189:80 -v klaxon-rope:/usr/share/nginx/html drydock/nginx:1
