# expect: Network branch-front is not internal
docker network create branch-door
docker network connect branch-door branch-web
docker network connect --alias api branch-front branch-api
docker network connect branch-back branch-api
docker network disconnect branch-yard branch-api
docker network disconnect branch-back branch-stock
docker network connect --alias db branch-back branch-stock
