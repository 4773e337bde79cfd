# expect: the check's own came from
docker run -d --name mole drydock/nginx:1
docker run -d --name gull drydock/busybox:1 sleep 1d
timeout 40 sh -c 'until docker exec mole wget -q -O /dev/null http://127.0.0.1/; do sleep 0.1; done' 2>/dev/null
docker exec mole sh -c 'echo "172.17.0.99 - - [x] \"GET /by-address HTTP/1.1\" 404 153" >/proc/1/fd/1'
