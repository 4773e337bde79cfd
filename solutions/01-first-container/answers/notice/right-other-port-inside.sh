docker run -d --name notice -p 8081:8000 --mount type=bind,source="$PWD/notices",target=/www,readonly drydock/busybox:1 httpd -f -p 8000 -h /www
