# expect: the check's own came from
docker run -d --name mole drydock/nginx:1
docker run -d --name gull drydock/busybox:1 sleep 1d
docker exec mole sh -c 'echo "172.17.0.99 - - [x] \"GET /by-address HTTP/1.1\" 404 153" >/proc/1/fd/1'
