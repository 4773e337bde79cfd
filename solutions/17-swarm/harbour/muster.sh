# All ships at their places: started, ready and active, where they are a swarm already (lab 17).
# sh harbour/muster.sh [PERIOD]: the period of their heartbeats. With one second a busy machine's ships are missed, too.
[ "$(docker ps -q --filter name='^(vega|mira|spica|hold)$' | wc -l)" = 4 ] || sh harbour/ships.sh
docker exec -i vega sh -s "${1:-5s}" <<'SH'
docker node ls >/dev/null 2>&1 || { echo "There is no swarm yet: the task flotilla comes first."; exit 0; }
docker swarm update --dispatcher-heartbeat $1 >/dev/null
states() { docker node ls --format '{{.Hostname}} {{.Status}} {{.Availability}}'; }
for _ in $(seq 100); do
    [ "$(states | grep -c 'Ready Active')" = 3 ] && break
    for node in $(docker node ls --format '{{.ID}} {{.Availability}}' | grep -v Active | cut -d ' ' -f 1); do
        docker node update --availability active $node >/dev/null
    done
    sleep 0.2
done
docker node ls --format 'table {{.Hostname}}\t{{.Status}}\t{{.Availability}}\t{{.ManagerStatus}}'
SH
