# expect: round.sh
docker create -i --name round drydock/busybox:1 sh /round.sh
docker cp round.sh round:/round.sh
docker start -a round
