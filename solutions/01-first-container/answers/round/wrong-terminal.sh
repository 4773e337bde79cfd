# expect: there is no container named round
docker run -i -t --name round drydock/busybox:1 sh < round.sh
