for ship in mira spica; do docker exec vega docker node update --label-add quay=north $ship; done
update() { for _ in $(seq 50); do docker exec vega docker service update -d --quiet --update-parallelism 0 --update-monitor 1s "$@" seamark && return; sleep 0.3; done; }
update --reserve-memory 4m
sleep 1
update --image hold:5000/light:2
sleep 1
update --health-cmd 'wget -q -O /dev/null http://127.0.0.1:80/'
sh harbour/await.sh seamark 2
