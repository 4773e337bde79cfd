# expect: 8192
docker exec harbour podman pod create --name ketch
docker exec harbour podman run -d --pod ketch --name galley drydock/nginx:1
docker exec harbour podman run -d --pod ketch --name deckhand drydock/busybox:1 sleep 1d
