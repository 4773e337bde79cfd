# expect: Container klaxon is running
echo '{"default-ulimits": {"nofile": {"Name": "nofile", "Soft": 6, "Hard": 6}}}' >mended.json
docker cp mended.json guardboat:/etc/docker/daemon.json
docker start guardboat
docker exec guardboat ready
docker exec guardboat docker rm mop
docker exec guardboat docker start klaxon
timeout 40 docker exec guardboat docker wait klaxon
