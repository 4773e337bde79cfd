# expect: is published at its port
. pier/mine.sh
cd pier
BERTH=$WEST_PORT docker compose -p $EAST up -d
BERTH=$EAST_PORT docker compose -p $WEST up -d
docker exec $EAST-web-1 sh -c 'echo east > /pages/index.html'
docker exec $WEST-web-1 sh -c 'echo west > /pages/index.html'
