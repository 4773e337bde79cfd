# expect: on the network strongroom and on no others
docker network create --internal --subnet 10.55.5.0/24 strongroom
docker network create anteroom
docker run -d --name lockbox --network anteroom drydock/nginx:1
docker network connect strongroom lockbox
timeout 40 sh -c 'until docker exec lockbox wget -q -O /dev/null http://127.0.0.1/; do sleep 0.1; done' 2>/dev/null
address=$(docker inspect --format '{{.NetworkSettings.Networks.strongroom.IPAddress}}' lockbox)
docker run --rm --network host drydock/busybox:1 wget -q -O - http://$address/proof
