# expect: the host lightship is exited with code 1
echo '{"live-restore": true}' > daemon.json
docker cp daemon.json lightship:/etc/docker/daemon.json
docker exec lightship sh -c 'kill -HUP $(pidof dockerd)'
sleep 1
echo '{"metrics-addr": ":9323", "log-driver": "local", "log-opts": {"max-size": "50k", "max-file": "2"}, "live-restore": true}' > daemon.json
docker cp daemon.json lightship:/etc/docker/daemon.json
sleep 1
docker exec lightship service docker restart
docker exec lightship ready
docker exec lightship docker run -d --name buoy-8 drydock/nginx:1
timeout 40 docker wait lightship
