# expect: Container lookout has the network mode host
docker run -d --name sealer --network host drydock/busybox:1 sleep 1d
docker run -d --name lookout --network none drydock/busybox:1 sleep 1d
docker exec sealer sh -c 'wget -q -O /word http://127.0.0.1:8052/word'
