# expect: Container till was made from drydock/nginx:1
docker exec pierhead docker rm -f till
docker exec pierhead docker run -d --name till -p 127.0.0.1:8121:80 drydock/busybox:1 sh -c 'mkdir /page && echo till > /page/index.html && exec httpd -f -p 80 -h /page'
docker exec pierhead iptables -I DOCKER-USER -s 10.12.0.66 -j DROP
