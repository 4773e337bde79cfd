# expect: volume office -> /office
docker run -d --name office -v office:/office drydock/busybox:1 sh /office/office.sh
timeout 40 docker wait office
docker logs office
