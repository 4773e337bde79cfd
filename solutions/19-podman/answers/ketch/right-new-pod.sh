docker exec harbour podman run -d --pod new:ketch -p 8192:80 --name galley drydock/nginx:1
docker exec harbour podman run -d --pod ketch --name deckhand drydock/busybox:1 sleep 1d
