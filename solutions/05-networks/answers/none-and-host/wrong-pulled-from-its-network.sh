# expect: Container sealer has the network mode none
docker run -d --name lookout --network host drydock/busybox:1 sleep 1d
docker run -d --name sealer drydock/busybox:1 sleep 1d
docker exec lookout wget -q -O - http://127.0.0.1:8052/word | docker exec -i sealer sh -c 'cat > /word'
docker network disconnect bridge sealer
