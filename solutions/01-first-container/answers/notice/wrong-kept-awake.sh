# expect: sleep
# It runs, but when the server dies the container lives on, and nobody notices.
docker run -d --name notice -p 8081:80 -v "$PWD/notices:/www:ro" drydock/busybox:1 sh -c 'httpd -h /www; sleep 1d'
