# expect: running
docker run -d --name office -v "$PWD/office:/office:ro" drydock/busybox:1 sh /office/office.sh
