docker rm -f branch-web branch-api
docker network disconnect branch-back branch-stock
docker network rm branch-front branch-back branch-yard
docker network create branch-front
docker network create --internal branch-back
docker network connect --alias db branch-back branch-stock
docker create --name branch-api --network branch-front --network-alias api chandlery/api:1
docker network connect branch-back branch-api
docker start branch-api
docker run -d --name branch-web --network branch-front -p 8060:80 chandlery/web:1
