# expect: 8085
docker rm berths
docker run -d --name berths -p 8086:80 drydock/busybox:1 httpd -f -h /board
