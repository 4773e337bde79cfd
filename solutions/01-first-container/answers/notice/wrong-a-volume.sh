# expect: status 404
docker run -d --name notice -p 8081:80 -v notices:/www:ro drydock/busybox:1 httpd -f -h /www
