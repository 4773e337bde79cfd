# expect: Container branch-web is on the network branch-front and on no others
docker network connect bridge branch-web
for name in branch-web branch-api branch-stock; do
  for network in branch-front branch-back branch-yard; do docker network disconnect $network $name 2>/dev/null; done
done
docker network rm branch-front branch-back
docker network create branch-front
docker network create --internal branch-back
docker network connect branch-front branch-web
docker network connect --alias api branch-front branch-api
docker network connect branch-back branch-api
docker network connect --alias db branch-back branch-stock
