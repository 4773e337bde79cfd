# expect: depot-goods
docker run -d --name depot -p 8091:5000 --restart unless-stopped drydock/registry:2
