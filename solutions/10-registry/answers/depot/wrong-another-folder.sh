# expect: /var/lib/registry
docker run -d --name depot -p 8091:5000 -v depot-goods:/data --restart unless-stopped drydock/registry:2
