# expect: Pod ketch has exactly the members
docker exec harbour podman pod create --name ketch
docker exec harbour podman run -d --pod ketch --name galley -p 8192:80 drydock/nginx:1
docker exec harbour podman run -d --pod ketch --name deckhand drydock/busybox:1 sleep 1d
true
