# expect: 404
docker run -d --name notice -p 8081:80 drydock/busybox:1 httpd -f -h /
