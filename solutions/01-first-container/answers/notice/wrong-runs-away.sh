# expect: exited with code 0
docker run -d --name notice -p 8081:80 -v "$PWD/notices:/www:ro" drydock/busybox:1 httpd -h /www
docker wait notice
