. pier/mine.sh
cd pier
export COMPOSE_PROJECT_NAME BERTH
for pier in "$EAST $EAST_PORT east" "$WEST $WEST_PORT west"; do
    set -- $pier
    COMPOSE_PROJECT_NAME=$1 BERTH=$2
    docker compose up -d
    echo $3 > page
    docker compose cp page web:/pages/index.html
done
