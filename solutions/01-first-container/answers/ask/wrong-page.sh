# expect: nobody has got status 404
docker run --rm --name courier --network host drydock/busybox:1 wget -q -O - http://localhost:8080/
