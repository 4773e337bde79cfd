# expect: Container stranger is on the network roadstead
docker exec pierhead docker rm -f till
docker exec pierhead docker run -d --name till -p 127.0.0.1:8121:80 drydock/nginx:1
docker network disconnect roadstead stranger
