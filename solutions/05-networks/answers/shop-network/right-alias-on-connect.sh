docker network create --driver bridge shop
docker run -d --name stock --network none drydock/redis:8
docker network disconnect none stock
docker network connect --alias db --alias book shop stock
docker create --name api --network shop chandlery/api:1
docker start api
