# A neighbour has tried before, and nobody has removed him: the text says where lockbox is, and not who else is there.
docker network create --internal --subnet 10.55.5.0/24 strongroom
docker run -d --name lockbox --network strongroom drydock/nginx:1
timeout 40 sh -c 'until docker exec lockbox wget -q -O /dev/null http://127.0.0.1/; do sleep 0.1; done' 2>/dev/null
docker run --network strongroom drydock/busybox:1 wget -q -O - http://lockbox/proof
address=$(docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' lockbox)
docker run --rm --network host drydock/busybox:1 wget -q -O - http://$address/proof
