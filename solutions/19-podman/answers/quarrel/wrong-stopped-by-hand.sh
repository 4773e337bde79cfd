# expect: Container starboard has the command
docker exec harbour podman pod create --name punt
docker exec harbour podman run -d --pod punt --name port drydock/nginx:1
docker exec harbour podman run -d --pod punt --name starboard drydock/nginx:1 sleep 1d
docker exec harbour podman stop -t 0 starboard
