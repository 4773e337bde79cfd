# expect: shows nothing of 'round done'
docker run -i --name round drydock/busybox:1 sh -c "$(cat round.sh)" < /dev/null
