# expect: has the volume
. pier/mine.sh
cd pier
sed -i 's/^  pages:/  pages: {name: pages}/' compose.yaml
BERTH=$EAST_PORT docker compose -p $EAST up -d
BERTH=$WEST_PORT docker compose -p $WEST up -d
docker exec $EAST-web-1 sh -c 'echo east > /pages/index.html'
docker exec $WEST-web-1 sh -c 'echo west > /pages/index.html'
