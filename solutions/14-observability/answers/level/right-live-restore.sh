docker exec lightship sh -c 'mkdir -p /etc/docker; echo "{\"live-restore\": true, \"debug\": true}" > /etc/docker/daemon.json; kill -HUP $(pidof dockerd); sleep 1'
docker exec lightship service docker restart
