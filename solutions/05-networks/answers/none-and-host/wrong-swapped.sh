# expect: Container sealer has the network mode none
docker run -d --name sealer --network host drydock/busybox:1 sleep 1d
docker run -d --name lookout --network none drydock/busybox:1 sleep 1d
