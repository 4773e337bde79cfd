# expect: Container mole was visited from container gull
docker run -d --name mole drydock/nginx:1
docker run -d --name gull drydock/busybox:1 sleep 1d
address=$(docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' mole)
docker run --rm --network host drydock/busybox:1 wget -q -O - http://$address/by-address
