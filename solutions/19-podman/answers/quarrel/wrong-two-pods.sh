# expect: Pod punt
docker exec harbour podman run -d --pod new:punt --name port drydock/nginx:1
docker exec harbour podman run -d --pod new:punt-2 --name starboard drydock/nginx:1
