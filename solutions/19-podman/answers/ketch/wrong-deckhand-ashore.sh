# expect: Pod ketch has exactly the members
docker exec harbour podman pod create --name ketch -p 8192:80
docker exec harbour podman run -d --pod ketch --name galley drydock/nginx:1
docker exec harbour podman run -d --name deckhand drydock/busybox:1 sleep 1d
