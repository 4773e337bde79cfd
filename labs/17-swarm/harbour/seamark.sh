# The service seamark as the night shift has left it (lab 17).
sh harbour/muster.sh >/dev/null
label=north reserve=8m
case $VALUE_SWARM_FAULT in
    label) label=nord ;;
    memory) reserve=900g ;;
esac
docker exec -i vega sh >/dev/null 2>&1 <<SH
docker service rm seamark
# Once more where the manager changes the node in the same moment.
label() { docker node update --label-add quay=$label \$1; }
for ship in mira spica; do label \$ship || label \$ship; done
docker service create -d --quiet --name seamark --replicas 2 --replicas-max-per-node 1 \
    --constraint node.labels.quay==north --reserve-memory $reserve \
    --publish mode=host,published=8095,target=80 --restart-delay 1s \
    --health-cmd 'wget -q -O - http://localhost:81/' --health-interval 1s --health-retries 2 \
    -e COLOUR=$VALUE_SWARM_LENS hold:5000/light:l
SH
true
