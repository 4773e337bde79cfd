# expect: No passage was cut off
docker exec vega docker service create -d --quiet --name crossing --mode global --publish mode=host,published=8093,target=80 --stop-signal SIGQUIT --stop-grace-period 1ms hold:5000/ferry:1
sh harbour/await.sh crossing 3
sh harbour/passenger.sh
times() { docker logs passenger 2>&1 | grep -c "mira: $1"; }
for round in 1 2 3; do
    seen=$(times arrived)
    until [ "$(times arrived)" -gt "$seen" ]; do sleep 0.2; done
    away=$(times away)
    sleep 1
    docker exec vega docker node update --availability drain mira
    until [ "$(times away)" -gt "$away" ]; do sleep 0.2; done
    docker logs passenger 2>&1 | grep -q LOST && break
    [ $round = 3 ] || docker exec vega docker node update --availability active mira
done
