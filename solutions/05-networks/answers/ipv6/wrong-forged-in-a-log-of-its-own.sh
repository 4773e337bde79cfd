# expect: tells nothing of a visit that the check has just made
docker network create --ipv6 --subnet fd00:d0cc:5::/64 beacons
docker run -d --name beacon --network beacons --ip6 fd00:d0cc:5::80 drydock/nginx:1 sh -c 'echo "fd00:d0cc:5::3 - - [x] \"GET /six HTTP/1.1\" 404 153"; exec sleep 1d'
