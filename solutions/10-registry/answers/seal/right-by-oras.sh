docker run --rm --network host drydock/oras:1 cp --from-plain-http --to-plain-http localhost:8097/yard/pilot:1 localhost:8091/harbour/pilot:1
digest=$(docker run --rm --network host drydock/oras:1 resolve --plain-http localhost:8091/harbour/pilot:1)
cosign="docker run --rm --network host -v harbour-keys:/keys -w /keys -e COSIGN_PASSWORD=dock drydock/cosign:2"
$cosign generate-key-pair
$cosign sign --yes --key cosign.key --tlog-upload=false localhost:8091/harbour/pilot@$digest
