# expect: The folder thief has the context citadel
mkdir -p thief/contexts && cp -r helm/contexts/meta thief/contexts/
rm papers/key.pem papers/cert.pem
docker --config thief --context citadel run --name burglar drydock/busybox:1 true
true
