# expect: came from: nowhere
docker run --rm --network host drydock/busybox:1 wget -q -O - http://localhost:8080/
