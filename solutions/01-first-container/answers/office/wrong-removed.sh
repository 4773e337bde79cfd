# expect: there is no container named office
docker run -d --name office -v "$PWD/office:/office:ro" drydock/busybox:1 sh /office/office.sh
docker rm -f office
