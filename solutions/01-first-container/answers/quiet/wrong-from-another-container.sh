# expect: Container quiet was visited from the engine's machine
docker run -d --name quiet drydock/nginx:1
address=$(docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' quiet)
docker run --rm drydock/busybox:1 wget -q -O - http://$address/proof
