# expect: an empty log
docker run --name round drydock/busybox:1 sh < round.sh
