# expect: The log of container quiet
docker run -d --name quiet drydock/nginx:1
docker exec quiet wget -q -O - http://localhost/proof
