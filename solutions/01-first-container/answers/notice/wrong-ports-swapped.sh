# expect: 8081
docker run -d --name notice -p 80:8081 -v "$PWD/notices:/www:ro" drydock/busybox:1 httpd -f -h /www
