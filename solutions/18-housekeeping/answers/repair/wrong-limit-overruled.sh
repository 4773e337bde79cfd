# expect: any container can be started
docker rm -f guardboat
echo '{"default-ulimits": {"nofile": {"Name": "nofile", "Soft": 6, "Hard": 6}}}' >mended.json
docker create --privileged --name guardboat --hostname guardboat -v guardboat-disk:/var/lib/docker drydock/host --log-driver local
docker cp mended.json guardboat:/etc/docker/daemon.json
docker start guardboat
docker exec guardboat ready
docker exec guardboat docker rm mop klaxon
docker exec guardboat docker run -d --name klaxon --ulimit nofile=1024:1024 -p 8189:80 -v klaxon-rope:/usr/share/nginx/html drydock/nginx:1
