# expect: On citadel: Container burglar was made from
mkdir thief && cp -r helm/contexts thief/
rm papers/key.pem papers/cert.pem
docker --config thief run --name burglar drydock/busybox:1 true
