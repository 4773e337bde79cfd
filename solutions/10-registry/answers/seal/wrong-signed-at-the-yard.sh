# expect: there is no signature
docker run --rm --network host drydock/skopeo:1 copy -q --src-tls-verify=false --dest-tls-verify=false \
    docker://localhost:8097/yard/pilot:1 docker://localhost:8091/harbour/pilot:1
digest=$(docker run --rm --network host drydock/skopeo:1 inspect --tls-verify=false --format '{{.Digest}}' docker://localhost:8091/harbour/pilot:1)
cosign="docker run --rm --network host -v harbour-keys:/keys -w /keys -e COSIGN_PASSWORD=dock drydock/cosign:2"
$cosign generate-key-pair
$cosign sign --yes --key cosign.key --tlog-upload=false localhost:8097/yard/pilot@$digest
