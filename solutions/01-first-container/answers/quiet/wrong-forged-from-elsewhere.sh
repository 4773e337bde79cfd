# expect: the check's own came from
docker run -d --name quiet drydock/nginx:1
docker exec quiet sh -c 'echo "192.168.1.1 - - [x] \"GET /proof HTTP/1.1\" 404 153" >/proc/1/fd/1'
