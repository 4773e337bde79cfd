# expect: Container gull is on the network bridge
docker network create birds
docker run -d --name mole --network birds drydock/nginx:1
docker run -d --name gull --network birds drydock/busybox:1 sleep 1d
docker exec gull wget -q -O - http://mole/by-address
