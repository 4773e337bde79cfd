# expect: Container beacon was visited from another container on network beacons
docker network create --ipv6 --subnet fd00:d0cc:5::/64 beacons
docker run -d --name beacon --network beacons --ip6 fd00:d0cc:5::80 drydock/nginx:1
docker exec beacon wget -q -O - 'http://[::1]/six'
