# expect: Container api answers on port 8000 inside
docker network create shop
docker run -d --name stock --network shop drydock/redis:8
docker run -d --name api --network shop chandlery/api:1
