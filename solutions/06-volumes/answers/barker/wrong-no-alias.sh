# expect: Ferry at noon!
docker network create fishmarket
docker network connect fishmarket barker
docker run -d --name newsboy --network fishmarket drydock/busybox:1 sleep 1d
docker exec newsboy wget -q -O - http://barker/
