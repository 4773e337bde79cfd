# expect: there is no container named starboard
docker exec harbour podman run -d --pod new:punt --name port drydock/nginx:1
docker exec harbour podman run --rm --pod punt --name starboard drydock/nginx:1
true
