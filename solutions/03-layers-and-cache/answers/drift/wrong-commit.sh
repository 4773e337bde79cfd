# expect: 'httpd -f -h /www'
docker commit kiosk kiosk:2
