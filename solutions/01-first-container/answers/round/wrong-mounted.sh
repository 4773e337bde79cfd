# expect: nothing mounted
docker run -i --name round -v "$PWD/round.sh:/round.sh:ro" drydock/busybox:1 sh /round.sh < /dev/null
