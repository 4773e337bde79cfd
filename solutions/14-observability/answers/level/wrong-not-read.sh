# expect: log tells of each request
docker exec lightship sh -c 'mkdir -p /etc/docker; echo "{\"debug\": true}" > /etc/docker/daemon.json'
