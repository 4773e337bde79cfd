echo '{"live-restore": true, "debug": false}' >lugger.json
docker cp lugger.json lugger:/etc/docker/daemon.json
docker exec lugger killall -HUP dockerd
timeout 20 sh -c 'until docker exec lugger docker info --format "{{.LiveRestoreEnabled}}" | grep -q true; do sleep 0.1; done'
docker exec lugger sh -c "service docker stop; service docker start"
