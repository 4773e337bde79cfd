# expect: After that the passenger has found Mira without a ferry
docker exec vega docker service create -d --quiet --name crossing --mode global --publish mode=host,published=8093,target=80 --stop-signal SIGQUIT hold:5000/ferry:1
sh harbour/await.sh crossing 3
docker exec vega docker node update --availability drain mira
docker run -d --init --name passenger --network strait drydock/busybox:1 sh -c '
echo "mira: away"
echo "mira: arrived"
for ship in vega; do
    while sleep 0.5; do wget -q -O /dev/null http://$ship:8093/passage; done
done'
