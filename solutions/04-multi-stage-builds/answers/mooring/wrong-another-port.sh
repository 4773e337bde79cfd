# expect: 8047
docker rm -f mailboat
docker run -d --name mailboat -p 8048:80 drydock/busybox:1 sh -c 'mkdir -p /www && echo "letters for the island" > /www/index.html && exec httpd -f -p 80 -h /www'
