# expect: gives containers the log driver local
echo '{"live-restore": true, "log-driver": "local", "log-opts": {"max-size": "50k"}, "metrics-addr": "0.0.0.0:9323"}' > daemon.json
docker cp daemon.json lightship:/etc/docker/daemon.json
docker exec lightship sh -c 'kill -HUP $(pidof dockerd)'
docker exec lightship docker run -d --name buoy-8 drydock/nginx:1
