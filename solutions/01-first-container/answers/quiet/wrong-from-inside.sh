# expect: Container quiet was visited from the engine's machine
docker run -d --name quiet drydock/nginx:1
docker exec quiet wget -q -O - http://localhost/proof
