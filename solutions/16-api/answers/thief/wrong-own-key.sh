# expect: The folder thief has the context citadel
rm papers/key.pem papers/cert.pem
docker --config helm --context citadel run --name burglar drydock/busybox:1 true
