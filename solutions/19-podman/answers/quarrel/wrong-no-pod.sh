# expect: there is no pod punt
docker exec harbour podman run -d --name port drydock/nginx:1
docker exec harbour podman run -d --name starboard drydock/nginx:1
