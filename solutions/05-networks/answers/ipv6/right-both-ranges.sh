docker network create --ipv6 --subnet 10.55.6.0/24 --subnet fd00:d0cc:5::/64 beacons
docker network create six-waiting-room
docker run -d --name beacon --network six-waiting-room drydock/nginx:1
timeout 40 sh -c 'until docker exec beacon wget -q -O /dev/null http://127.0.0.1/; do sleep 0.1; done' 2>/dev/null
docker network connect --ip6 fd00:d0cc:5::80 beacons beacon
docker run --rm --network beacons drydock/busybox:1 wget -q -O - 'http://[fd00:d0cc:5::80]/six'
