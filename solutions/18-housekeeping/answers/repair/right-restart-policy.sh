echo '{}' >mended.json
docker cp mended.json guardboat:/etc/docker/daemon.json
docker start guardboat
docker exec guardboat ready
docker exec guardboat docker update --restart always klaxon
docker exec guardboat docker start klaxon
timeout 40 docker exec guardboat sh -c 'until docker inspect --format "{{.RestartCount}}" klaxon | grep -q "[1-9]"; do sleep 0.1; done'
docker exec guardboat docker rm mop
timeout 60 docker exec guardboat sh -c 'until wget -q -O /dev/null http://127.0.0.1:8189/; do sleep 0.2; done'
