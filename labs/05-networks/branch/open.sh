#!/bin/bash
# Opens the branch office, the way it was set up last Friday at five in the afternoon. Who is lost in the yard, and
# whose name is misspelt, differs.
api_on=branch-front web_on=branch-front api_name=api book_name=db
case $VALUE_BRANCH_FAULT in
    ebb) api_on=branch-yard book_name=bd ;;
    flood) web_on=branch-yard api_name=pai ;;
    *) web_on=branch-yard book_name=bd ;;
esac
docker rm -f branch-web branch-api branch-stock >/dev/null 2>&1
docker network rm branch-front branch-back branch-yard >/dev/null 2>&1
set -e
cd "$(dirname "$0")/.."
# What is there already isn't built again: the shop's containers keep their image.
build() { docker image inspect "$1" >/dev/null 2>&1 || docker build -q -t "$1" "$2" >/dev/null; }
build chandlery/api:1 shop/api & api=$!
build chandlery/web:1 shop/web & web=$!
docker network create --internal branch-front >/dev/null
docker network create branch-back >/dev/null
docker network create branch-yard >/dev/null
docker run -d --name branch-stock --network branch-back --network-alias $book_name drydock/redis:8 >/dev/null & stock=$!
wait $api
docker run -d --name branch-api --network $api_on --network-alias $api_name chandlery/api:1 >/dev/null & api=$!
wait $web
docker run -d --name branch-web --network $web_on -p 8060:80 chandlery/web:1 >/dev/null
wait $api
wait $stock

# The storekeeper has weighed the tar, and noted it down at home, too.
tar=$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')
docker run --rm -v branch-keeper:/home drydock/busybox:1 sh -c "echo $tar > /home/tar"
for _ in $(seq 100); do
    docker exec branch-stock redis-cli hset book rope 17 lantern 5 tar "$tar" >/dev/null 2>&1 && exit 0
    sleep 0.1
done
echo "The branch's stock book does not open." >&2
exit 1
