docker run --rm -v store-keys:/keys --entrypoint sh drydock/registry:2 -c 'htpasswd -Bbn crew sea-legs > /keys/htpasswd'
docker restart -t 1 store
sh depot/ready 8096
echo sea-legs | docker --config crew login -u crew --password-stdin localhost:8096
docker tag fleet:2 localhost:8096/harbour/fleet:stable
docker --config crew push -q localhost:8096/harbour/fleet:stable
