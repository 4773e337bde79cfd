# expect: Container branch-web is not on the network bridge
docker network connect bridge branch-web
docker network disconnect branch-front branch-web
docker network rm branch-front
docker network create branch-front
docker network connect branch-front branch-web
docker network disconnect branch-back branch-stock
docker network rm branch-back
docker network create --internal branch-back
docker network connect --alias db branch-back branch-stock
docker network connect --alias api branch-front branch-api
docker network connect branch-back branch-api
docker network disconnect branch-yard branch-api
