thief=$(docker logs prices 2>&1 | sed -n 's/.*ffff:\([0-9.]*\)].*/\1/p' | head -n 1)
for name in $(docker ps --filter network=fog --format '{{.Names}}'); do
    address=$(docker inspect --format '{{(index .NetworkSettings.Networks "fog").IPAddress}}' $name)
    [ "$address" = "$thief" ] && docker network disconnect fog $name
done
