# expect: ketch.yaml describes a pod
docker exec harbour podman generate kube ketch >ketch.yaml
sed s/8192/8194/ ketch.yaml | docker exec -i -u app -w /home/app harbour podman kube play -
