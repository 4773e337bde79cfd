# Six who run, and each is ill. Who lies in which cot is another order for each student.
set -- $VALUE_ROUNDS_COTS
undead=cot-$1 deaf=cot-$2 full=cot-$3 lost=cot-$4 clock=cot-$5 late=cot-$6
exec >/dev/null 2>&1
docker network inspect wardnet || docker network create wardnet
docker rm -f cot-1 cot-2 cot-3 cot-4 cot-5 cot-6
cot() { name=$1 room=$2; shift 2; docker run -d --name "$name" --network wardnet --tmpfs "/spool:size=$room" "$@" & }
cot "$undead" 1m --init drydock/busybox:1 sh -c 'sleep 1 & echo open; exec sleep 1d'
cot "$deaf" 1m drydock/busybox:1 sh -c 'echo open; exec sleep 1d'
# It keeps its journal open: `rm` gives no room back. 256k last for hours at a line a second.
cot "$full" 256k --init drydock/busybox:1 sh -c 'exec 2>/dev/null 3>>/spool/journal; yes reading | head -c 400k >&3; echo open; while sleep 1; do echo low >&3; done'
cot "$lost" 1m --init drydock/busybox:1 sh -c 'echo open; wget -q -O - http://guage:8000/; exec sleep 1d'
cot "$clock" 1m --init -e TZ=UTC+7 drydock/busybox:1 sh -c 'echo open; exec sleep 1d'
wait
# When the others are at work: they all begin at once, and none of them is to be as late as this one.
cot "$late" 1m --init drydock/busybox:1 sh -c 'sleep 5; echo open; exec sleep 1d'
wait
timeout 40 sh -c "until docker exec $undead ps -o stat | grep -q Z; do sleep 0.2; done"
timeout 40 sh -c "until docker logs $late | grep -q open; do sleep 0.2; done"
timeout 40 sh -c "until docker logs $lost 2>&1 | grep -q guage; do sleep 0.2; done"
