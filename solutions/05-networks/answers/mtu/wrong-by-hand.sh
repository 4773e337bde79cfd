# expect: Network tunnel
docker network create tunnel
docker run -d --name ferry --network tunnel --cap-add NET_ADMIN drydock/busybox:1 sleep 1d
docker exec ferry ip link set dev eth0 mtu 1400
