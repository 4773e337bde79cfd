# expect: Container lookout has the network mode host
docker run -d --name lookout drydock/busybox:1 sleep 1d
docker run -d --name sealer --network none drydock/busybox:1 sleep 1d
docker exec lookout wget -q -O - http://127.0.0.1:8052/word | docker exec -i sealer sh -c 'cat > /word'
