# expect: Container lockbox was visited from the engine's machine
docker network create --internal --subnet 10.55.5.0/24 strongroom
docker run -d --name lockbox --network strongroom drydock/nginx:1
docker exec lockbox wget -q -O - http://localhost/proof
