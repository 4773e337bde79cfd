# expect: registry:2
docker run -d --name depot -p 8091:80 -v depot-goods:/var/lib/registry --restart unless-stopped drydock/nginx:1
