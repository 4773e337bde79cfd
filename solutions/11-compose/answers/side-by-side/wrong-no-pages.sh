# expect: is published at its port
. pier/mine.sh
cd pier
BERTH=$EAST_PORT docker compose -p $EAST up -d
BERTH=$WEST_PORT docker compose -p $WEST up -d
