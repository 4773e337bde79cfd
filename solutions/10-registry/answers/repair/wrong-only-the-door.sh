# expect: has the label version=2
docker run --rm -v store-keys:/keys --entrypoint sh drydock/registry:2 -c 'htpasswd -Bbn crew sea-legs > /keys/htpasswd'
