docker run -d --name notice -p 8081:80 -v "$PWD/notices:/www:ro" drydock/busybox:1 sh -c 'cd /www && exec httpd -f'
