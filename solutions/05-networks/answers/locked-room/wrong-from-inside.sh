# expect: The log of container safe
docker network create --internal --subnet 10.55.5.0/24 strongroom
docker run -d --name safe --network strongroom drydock/nginx:1
docker exec safe wget -q -O - http://localhost/proof
