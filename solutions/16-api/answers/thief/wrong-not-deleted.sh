# expect: key.pem
mkdir thief && cp -r helm/contexts thief/
docker --config thief --context citadel run --name burglar drydock/busybox:1 true
