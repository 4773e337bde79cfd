# expect: is on the network crossing as
docker network create crossing
docker network connect crossing ferryman
docker run -d --name hut --network crossing drydock/busybox:1 sleep 1d
docker exec hut wget -q -O - http://ferryman:8000/takings.txt
