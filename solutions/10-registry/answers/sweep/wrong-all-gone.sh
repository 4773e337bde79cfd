# expect: harbour/tide:1 is whole
docker rm -f depot
docker volume rm depot-goods
docker run -d --name depot -p 8091:5000 -v depot-goods:/var/lib/registry --restart unless-stopped drydock/registry:2
