# expect: GET /proof
docker run -d --name quiet drydock/nginx:1
address=$(docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' quiet)
docker exec quiet wget -q -O - http://$address/proof
