# expect: has the same digest
docker build -q -t localhost:8091/harbour/pilot:1 --build-arg VERSION=2 goods
docker push -q localhost:8091/harbour/pilot:1
digest=$(docker run --rm --network host drydock/skopeo:1 inspect --tls-verify=false --format '{{.Digest}}' docker://localhost:8091/harbour/pilot:1)
cosign="docker run --rm --network host -v harbour-keys:/keys -w /keys -e COSIGN_PASSWORD=dock drydock/cosign:2"
$cosign generate-key-pair
$cosign sign --yes --key cosign.key --tlog-upload=false localhost:8091/harbour/pilot@$digest
