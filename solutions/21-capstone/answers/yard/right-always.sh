docker run -d --name pharos-yard --restart always -p 8210:5000 -v pharos-yard:/var/lib/registry drydock/registry:2
timeout 40 sh -c 'until docker logs pharos-yard 2>&1 | grep -q "listening on"; do sleep 0.2; done'
cosign="docker run --rm --network host -v pharos-keys:/keys -w /keys -e COSIGN_PASSWORD=another drydock/cosign:2"
docker tag pharos:1 localhost:8210/pharos:1
docker push -q localhost:8210/pharos:1
$cosign generate-key-pair
$cosign sign --yes --key cosign.key --tlog-upload=false "$(docker inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' localhost:8210/pharos:1 | grep ^localhost)"
