# expect: Container tender can't reach pierhead:8121
docker exec pierhead iptables -I DOCKER-USER -s 10.12.0.66 -j DROP
