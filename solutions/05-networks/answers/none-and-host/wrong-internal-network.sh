# expect: Container sealer has the network mode none
docker network create --internal nowhere
docker run -d --name sealer --network nowhere drydock/busybox:1 sleep 1d
docker run -d --name lookout --network host drydock/busybox:1 sleep 1d
