# expect: Network tunnel
docker network create -o mtu=1400 tunnel
docker run -d --name ferry --network tunnel drydock/busybox:1 sleep 1d
