# expect: 8193
docker exec harbour podman run -d --name lodestar -p 8193:80 drydock/nginx:1
