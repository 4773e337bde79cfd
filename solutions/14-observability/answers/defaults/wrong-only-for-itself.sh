# expect: listens on 0.0.0.0:9323
echo '{"live-restore": true, "log-driver": "local", "log-opts": {"max-size": "50k"}, "metrics-addr": "127.0.0.1:9323"}' > daemon.json
docker cp daemon.json lightship:/etc/docker/daemon.json
docker exec lightship sh -c 'kill -HUP $(pidof dockerd)'
sleep 1
docker exec lightship service docker restart
docker exec lightship ready
docker exec lightship docker run -d --name buoy-8 drydock/nginx:1
