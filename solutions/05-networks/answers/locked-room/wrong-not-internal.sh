# expect: Network strongroom is internal
docker network create --subnet 10.55.5.0/24 strongroom
docker run -d --name lockbox --network strongroom drydock/nginx:1
address=$(docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' lockbox)
docker run --rm --network host drydock/busybox:1 wget -q -O - http://$address/proof
