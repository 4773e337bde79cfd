# expect: /stock/tar
docker network create --internal vault
docker rm -f stock
docker run -d --name stock --network vault --network-alias db drydock/redis:8
docker network connect vault api
until docker exec stock redis-cli hset book rope 40 pitch 7 lantern 12; do sleep 0.1; done
