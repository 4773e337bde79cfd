# expect: buoy-7 has never stopped
docker exec lightship sh -c 'mkdir -p /etc/docker; echo "{\"debug\": true}" > /etc/docker/daemon.json'
docker exec lightship service docker restart
docker exec lightship ready
docker exec lightship docker start buoy-7
docker exec lightship docker exec buoy-7 sh -c 'echo lit > /dev/shm/lamp'
