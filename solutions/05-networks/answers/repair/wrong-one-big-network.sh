# expect: Network branch-front has exactly the members branch-api, branch-web
docker network disconnect branch-front branch-web
docker network rm branch-front
docker network create branch-front
docker network connect branch-front branch-web
docker network connect --alias api branch-front branch-api
docker network connect --alias db branch-front branch-stock
docker network disconnect branch-yard branch-api
