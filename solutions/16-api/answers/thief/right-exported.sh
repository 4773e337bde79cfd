docker --config helm context export citadel citadel.tar
mkdir thief && docker --config thief context import citadel citadel.tar
rm papers/key.pem papers/cert.pem
docker --config thief --context citadel run --name burglar drydock/busybox:1 true
