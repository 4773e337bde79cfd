docker exec lightship sh -c 'mkdir -p /etc/docker; echo "{\"debug\": true}" > /etc/docker/daemon.json'
docker exec lightship killall -HUP dockerd
