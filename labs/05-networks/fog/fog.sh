#!/bin/bash
# A price list in the fog: one server, three boats on the same network. One boat reads what it shouldn't; which one
# differs.
docker rm -f prices tug barge skiff >/dev/null 2>&1
docker network rm fog >/dev/null 2>&1
set -e
docker network create --subnet 10.55.7.0/24 fog >/dev/null
docker run -d --name prices --network fog --ip 10.55.7.10 drydock/busybox:1 \
    sh -c 'mkdir /www && echo "rope: cost 3, sold at 9" > /www/secret && exec httpd -f -vv -p 80 -h /www' >/dev/null
# The boats come all at the same time.
for boat in tug:21 barge:34 skiff:58; do
    name=${boat%:*}
    todo='exec sleep 1d'
    if [ "$name" = "$VALUE_FOG_THIEF" ]; then
        todo='until wget -q -O /dev/null http://prices/secret; do sleep 0.1; done; exec sleep 1d'
    fi
    docker run -d --name $name --network fog --ip 10.55.7.${boat#*:} drydock/busybox:1 sh -c "$todo" >/dev/null &
done
wait
for _ in $(seq 400); do
    docker logs prices 2>&1 | grep -q url:/secret && exit 0
    sleep 0.1
done
echo "The fog does not clear: nobody came to read the prices." >&2
exit 1
