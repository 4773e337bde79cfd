# expect: Network desk uses the driver macvlan
docker network create --subnet 10.55.19.0/24 desk
docker run -d --name printer --network desk drydock/nginx:1
