# expect: db is not stock
docker network create shop
docker run -d --name stock --network shop drydock/redis:8 sleep 1d
docker run -d --name api --network shop chandlery/api:1
