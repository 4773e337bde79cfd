# expect: ketch.yaml
docker exec -u app -w /home/app harbour podman pod create --name ketch -p 8194:80
docker exec -u app -w /home/app harbour podman run -d --pod ketch --name ketch-galley drydock/nginx:1
docker exec -u app -w /home/app harbour podman run -d --pod ketch --name ketch-deckhand drydock/busybox:1 sleep 1d
