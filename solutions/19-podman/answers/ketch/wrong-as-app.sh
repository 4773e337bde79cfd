# expect: there is no pod ketch
docker exec -u app -w /home/app harbour podman pod create --name ketch -p 8192:80
docker exec -u app -w /home/app harbour podman run -d --pod ketch --name galley drydock/nginx:1
docker exec -u app -w /home/app harbour podman run -d --pod ketch --name deckhand drydock/busybox:1 sleep 1d
