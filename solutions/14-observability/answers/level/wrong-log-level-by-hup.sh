# expect: log tells of each request
docker exec lightship sh -c 'mkdir -p /etc/docker; echo "{\"log-level\": \"debug\"}" > /etc/docker/daemon.json; kill -HUP $(pidof dockerd)'
