# expect: /stock/tar
for name in branch-web branch-api branch-stock; do
  for network in branch-front branch-back branch-yard; do docker network disconnect $network $name 2>/dev/null; done
done
docker network rm branch-front branch-back
docker network create branch-front
docker network create --internal branch-back
docker rm -f branch-stock
docker run -d --name branch-stock --network branch-back --network-alias db drydock/redis:8
docker network connect branch-front branch-web
docker network connect --alias api branch-front branch-api
docker network connect branch-back branch-api
until docker exec branch-stock redis-cli hset book rope 17 lantern 5; do sleep 0.1; done
