docker exec lightship sh -c 'mkdir -p /etc/docker; echo "{\"live-restore\": true, \"debug\": true}" > /etc/docker/daemon.json; kill -HUP $(pidof dockerd)'
docker exec lightship timeout 40 sh -c 'until docker info --format "{{.LiveRestoreEnabled}}" | grep -q true; do sleep 0.2; done'
docker exec lightship service docker restart
