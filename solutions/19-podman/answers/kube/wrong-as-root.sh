# expect: there is no pod ketch
docker exec harbour podman generate kube ketch >ketch.yaml
sed -i 's/hostPort: 8192/hostPort: 8194/' ketch.yaml
docker exec -i harbour podman kube play - <ketch.yaml
true
