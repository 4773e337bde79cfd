docker exec -u app -w /home/app harbour podman rm -f lodestar
docker exec -u app -w /home/app harbour podman run --rm -v beam:/beam drydock/busybox:1 chown nginx:nginx /beam/index.html
docker exec -u app -w /home/app harbour podman run -d --name lodestar -v beam:/usr/share/nginx/html -p 8193:80 drydock/nginx:1
