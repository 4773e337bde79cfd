# expect: there is no pod ketch
docker exec harbour podman run -d --name galley -p 8192:80 drydock/nginx:1
docker exec harbour podman run -d --name deckhand drydock/busybox:1 sleep 1d
