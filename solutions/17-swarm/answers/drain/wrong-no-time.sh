# expect: No passage was cut off
docker exec vega docker service create -d --quiet --name crossing --mode global --publish mode=host,published=8093,target=80 --stop-signal SIGQUIT --stop-grace-period 1ms hold:5000/ferry:1
sh harbour/await.sh crossing 3
sh harbour/passenger.sh
until docker logs passenger 2>&1 | grep -q "mira: arrived"; do sleep 0.2; done
sleep 1
docker exec vega docker node update --availability drain mira
until docker logs passenger 2>&1 | grep -q "mira: away"; do sleep 0.2; done
