# expect: Network beacons has IPv6
docker network create --subnet 10.55.6.0/24 beacons
docker run -d --name beacon --network beacons drydock/nginx:1
docker run --rm --network beacons drydock/busybox:1 wget -q -O - http://beacon/six
