# expect: Container branch-stock is on the network branch-back as db
docker network disconnect branch-front branch-web
docker network rm branch-front
docker network create branch-front
docker network connect branch-front branch-web
docker network connect --alias api branch-front branch-api
docker network connect branch-back branch-api
docker network disconnect branch-yard branch-api
