# expect: gives containers the log driver local
echo '{"live-restore": true, "metrics-addr": "0.0.0.0:9323"}' > daemon.json
docker cp daemon.json lightship:/etc/docker/daemon.json
docker exec lightship sh -c 'kill -HUP $(pidof dockerd)'
sleep 1
docker exec lightship service docker restart
docker exec lightship ready
docker exec lightship docker run -d --name buoy-8 --log-driver local --log-opt max-size=50k drydock/nginx:1
