# expect: harbour/log:1 is whole
docker rm -f store
docker volume rm store-goods
docker run --rm -v store-keys:/keys --entrypoint htpasswd drydock/registry:2 -cBb /keys/htpasswd crew sea-legs
docker run -d --name store -p 8096:5000 -v store-goods:/var/lib/registry -v store-keys:/keys:ro -e REGISTRY_AUTH=htpasswd \
    -e REGISTRY_AUTH_HTPASSWD_REALM=store -e REGISTRY_AUTH_HTPASSWD_PATH=/keys/htpasswd drydock/registry:2
for _ in $(seq 400); do
    echo sea-legs | docker --config crew login -u crew --password-stdin localhost:8096 && break
    sleep 0.1
done
docker tag fleet:1 localhost:8096/harbour/fleet:1
docker --config crew push -q localhost:8096/harbour/fleet:1
docker tag fleet:2 localhost:8096/harbour/fleet:2
docker --config crew push -q localhost:8096/harbour/fleet:2
docker tag fleet:2 localhost:8096/harbour/fleet:stable
docker --config crew push -q localhost:8096/harbour/fleet:stable
