# expect: there is no container named till
docker exec pierhead docker rm -f till
docker exec pierhead iptables -I DOCKER-USER -s 10.12.0.66 -j DROP
