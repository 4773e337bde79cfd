docker exec harbour podman run -d --pod new:punt --name port drydock/nginx:1
docker exec harbour timeout 30 podman exec port sh -c 'until wget -q -O /dev/null http://127.0.0.1/; do sleep 0.2; done'
docker exec harbour podman run --pod punt --name starboard drydock/nginx:1
true
