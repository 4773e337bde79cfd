# expect: From container gull the name mole is unknown
docker run -d --name mole drydock/nginx:1
docker run -d --name gull --link mole drydock/busybox:1 sleep 1d
address=$(docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' mole)
docker exec gull wget -q -O - http://$address/by-address
