# expect: 404
# The board was in the container that has been removed.
docker stop $(docker ps --quiet --filter publish=8085)
docker rm berths
docker run -d --name berths -p 8085:80 drydock/busybox:1 httpd -f -h /
