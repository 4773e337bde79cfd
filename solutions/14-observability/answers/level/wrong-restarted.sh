# expect: /dev/shm/lamp
docker exec lightship sh -c 'mkdir -p /etc/docker; echo "{\"debug\": true}" > /etc/docker/daemon.json'
docker exec lightship service docker restart
docker exec lightship docker start buoy-7
