# expect: Container api is on the network shop
docker network create shop
docker run -d --name stock drydock/redis:8
docker run -d --name api --link stock:db chandlery/api:1
