# expect: has the availability drain
docker exec vega docker service create -d --quiet --name crossing --mode global --publish mode=host,published=8093,target=80 --stop-signal SIGQUIT hold:5000/ferry:1
sh harbour/await.sh crossing 3
sh harbour/passenger.sh
