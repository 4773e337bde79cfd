# expect: made at first
docker stop $(docker ps --quiet --filter publish=8085)
docker rm berths
docker run -d --name berths -p 8085:80 -v "$PWD/board:/board:ro" drydock/busybox:1 httpd -f -h /board
