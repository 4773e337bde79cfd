# expect: The ferry at Vega has carried a passenger
docker exec vega docker service create -d --quiet --name crossing --mode global --publish mode=host,published=8093,target=80 --stop-signal SIGQUIT hold:5000/ferry:1
sh harbour/await.sh crossing 3
docker exec vega docker node update --availability drain mira
docker run -d --init --name passenger drydock/busybox:1 sh -c 'echo "mira: arrived"; echo "mira: away"; sleep 1d; : http://$ship:8093/passage'
