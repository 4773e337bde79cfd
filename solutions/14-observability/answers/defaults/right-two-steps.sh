echo '{"live-restore": true}' > daemon.json
docker cp daemon.json lightship:/etc/docker/daemon.json
docker exec lightship sh -c 'kill -HUP $(pidof dockerd)'
docker exec lightship timeout 40 sh -c 'until docker info --format "{{.LiveRestoreEnabled}}" | grep -q true; do sleep 0.2; done'
echo '{"metrics-addr": "0.0.0.0:9323", "log-driver": "local", "log-opts": {"max-size": "50k", "max-file": "2"}, "live-restore": true}' > daemon.json
docker cp daemon.json lightship:/etc/docker/daemon.json
sleep 1
docker exec lightship service docker restart
docker exec lightship ready
docker exec lightship docker run -d --name buoy-8 drydock/nginx:1
