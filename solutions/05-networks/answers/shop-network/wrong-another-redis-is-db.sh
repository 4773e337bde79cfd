# expect: db is not stock
docker network create shop
docker run -d --name db --network shop drydock/redis:8
docker run -d --name stock --network shop drydock/redis:8
docker run -d --name api --network shop chandlery/api:1
