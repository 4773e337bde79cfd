# expect: the check's own came from
docker run -d --name quiet drydock/nginx:1
timeout 40 sh -c 'until docker exec quiet wget -q -O /dev/null http://127.0.0.1/; do sleep 0.1; done' 2>/dev/null
docker exec quiet sh -c 'echo "192.168.1.1 - - [x] \"GET /proof HTTP/1.1\" 404 153" >/proc/1/fd/1'
