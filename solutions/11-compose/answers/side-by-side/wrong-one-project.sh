# expect: has no container of a service web
. pier/mine.sh
cd pier
BERTH=$EAST_PORT docker compose up -d
BERTH=$WEST_PORT docker compose up -d
docker exec pier-web-1 sh -c 'echo west > /pages/index.html'
