# sh harbour/await.sh SERVICE NUMBER: wait until so many of its tasks run, 30 seconds at most, and list them.
docker exec -i vega sh -s "$1" "$2" <<'SH'
docker service inspect $1 >/dev/null 2>&1 || { echo "There is no service $1."; exit 0; }
for _ in $(seq 150); do
    running=$(docker service ps --filter desired-state=running --format '{{.CurrentState}}' $1 | grep -c ^Running)
    [ "$running" -ge "$2" ] && break
    sleep 0.2
done
docker service ps --filter desired-state=running --format 'table {{.Name}}\t{{.Image}}\t{{.Node}}\t{{.CurrentState}}' $1
SH
