# expect: No passage was cut off
docker exec vega docker service create -d --quiet --name crossing --mode global --publish mode=host,published=8093,target=80 hold:5000/ferry:1
sh harbour/await.sh crossing 3
sh harbour/passenger.sh
travelled() { docker logs passenger 2>&1 | grep -c "mira: arrived"; }
for round in 1 2 3; do
    seen=$(travelled)
    until [ "$(travelled)" -gt "$seen" ]; do sleep 0.2; done
    sleep 1
    docker exec vega docker node update --availability drain mira
    until docker logs --tail 6 passenger 2>&1 | grep -q "mira: away"; do sleep 0.2; done
    docker logs passenger 2>&1 | grep -q LOST && break
    [ $round = 3 ] || docker exec vega docker node update --availability active mira
done
