# expect: The log of container quiet
docker run -d --name quiet drydock/nginx:1
docker run --rm --network container:quiet drydock/busybox:1 wget -q -O - http://localhost/proof
