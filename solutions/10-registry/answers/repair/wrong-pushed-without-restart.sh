# expect: The crew can pull harbour/fleet:stable
docker run --rm -v store-keys:/keys --entrypoint sh drydock/registry:2 -c 'htpasswd -Bbn crew sea-legs > /keys/htpasswd'
for _ in $(seq 400); do
    echo sea-legs | docker --config crew login -u crew --password-stdin localhost:8096 && break
    sleep 0.1
done
docker tag fleet:2 localhost:8096/harbour/fleet:2
docker --config crew push -q localhost:8096/harbour/fleet:2
docker tag fleet:2 localhost:8096/harbour/fleet:stable
docker --config crew push -q localhost:8096/harbour/fleet:stable
