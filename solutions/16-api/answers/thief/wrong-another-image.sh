# expect: Container burglar was made from drydock/busybox:1
mkdir -p thief && cp -r helm/contexts thief/
rm papers/key.pem papers/cert.pem
find thief -type f
docker --config thief --context citadel run --name burglar drydock/nginx:1 true
