# expect: at port 8091
docker run -d --name depot -p 8091:8091 -v depot-goods:/var/lib/registry --restart unless-stopped drydock/registry:2
