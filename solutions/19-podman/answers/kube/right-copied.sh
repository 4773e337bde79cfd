docker exec harbour podman kube generate ketch | sed 's/hostPort: 8192/hostPort: 8194/' >ketch.yaml
docker cp ketch.yaml harbour:/home/app/ketch.yaml
docker exec -u app -w /home/app harbour podman play kube /home/app/ketch.yaml
