# expect: /stock/rope status 200
docker network create --internal vault
docker rm -f stock
docker run -d --name stock --network vault --network-alias db drydock/redis:8
docker network connect vault api
