# expect: Container beacon was visited from another container on network beacons
docker network create --ipv6 --subnet fd00:d0cc:5::/64 beacons
docker run -d --name beacon --network beacons --ip6 fd00:d0cc:5::80 drydock/nginx:1
docker run --rm --network host drydock/busybox:1 wget -T 3 -q -O - 'http://[fd00:d0cc:5::80]/six'
