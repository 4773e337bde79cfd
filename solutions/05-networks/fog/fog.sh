#!/bin/bash
# A price list in the fog: one server, three boats on the same network. One boat reads what it shouldn't.
docker rm -f prices tug barge skiff >/dev/null 2>&1
docker network rm fog >/dev/null 2>&1
set -e
docker network create --subnet 10.55.7.0/24 fog >/dev/null
docker run -d --name prices --network fog --ip 10.55.7.10 drydock/busybox:1 \
    sh -c 'mkdir /www && echo "rope: cost 3, sold at 9" > /www/secret && exec httpd -f -vv -p 80 -h /www' >/dev/null
# The boats come all at the same time.
docker run -d --name tug --network fog --ip 10.55.7.21 drydock/busybox:1 sleep 1d >/dev/null & tug=$!
docker run -d --name skiff --network fog --ip 10.55.7.58 drydock/busybox:1 sleep 1d >/dev/null & skiff=$!
docker run -d --name barge --network fog --ip 10.55.7.34 drydock/busybox:1 \
    sh -c 'until wget -q -O /tmp/secret http://prices/secret; do sleep 0.1; done; exec sleep 1d' >/dev/null
wait $tug
wait $skiff
for _ in $(seq 100); do
    docker logs prices 2>&1 | grep -q url:/secret && exit 0
    sleep 0.1
done
echo "The fog does not clear: nobody came to read the prices." >&2
exit 1
