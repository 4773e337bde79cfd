# expect: exited with code 137
# The outer shell is the main process. It gets the signal, and doesn't pass it on.
docker run -d --name office -v "$PWD/office:/office:ro" drydock/busybox:1 sh -c 'sh /office/office.sh; true'
until docker logs office | grep -q open; do sleep 0.1; done
docker stop -t 1 office
