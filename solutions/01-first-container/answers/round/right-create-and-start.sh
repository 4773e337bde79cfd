docker create -i --name round drydock/busybox:1 sh
docker start -a -i round < round.sh
