# expect: buoy-7 has never stopped
echo '{"log-driver": "local", "log-opts": {"max-size": "50k"}, "metrics-addr": "0.0.0.0:9323"}' > daemon.json
docker cp daemon.json lightship:/etc/docker/daemon.json
sleep 1
docker exec lightship service docker restart
docker exec lightship ready
docker exec lightship docker start buoy-7
docker exec lightship docker exec buoy-7 sh -c 'echo lit > /dev/shm/lamp'
docker exec lightship docker run -d --name buoy-8 drydock/nginx:1
