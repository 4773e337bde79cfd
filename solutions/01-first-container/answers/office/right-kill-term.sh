docker run -d --name office -v "$PWD/office:/office:ro" drydock/busybox:1 sh /office/office.sh
until docker logs office | grep -q open; do sleep 0.1; done
docker kill --signal TERM office
docker wait office
