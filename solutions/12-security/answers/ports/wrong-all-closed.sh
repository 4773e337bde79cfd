# expect: Container tender reaches pierhead:8122
docker exec pierhead docker rm -f till
docker exec pierhead docker run -d --name till -p 127.0.0.1:8121:80 drydock/nginx:1
docker exec pierhead iptables -I DOCKER-USER -p tcp --dport 80 -j DROP
