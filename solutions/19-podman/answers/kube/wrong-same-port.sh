# expect: 8194
docker exec harbour podman generate kube ketch >ketch.yaml
docker exec -i -u app -w /home/app harbour podman kube play - <ketch.yaml
true
