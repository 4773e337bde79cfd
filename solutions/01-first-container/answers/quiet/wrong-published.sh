# expect: no port is published
docker run -d --name quiet -p 8090:80 drydock/nginx:1
docker run --rm --network host drydock/busybox:1 wget -q -O - http://localhost:8090/proof
