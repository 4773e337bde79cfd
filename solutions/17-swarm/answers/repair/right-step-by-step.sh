for ship in mira spica; do docker exec vega docker node update --label-add quay=north $ship; done
docker exec vega docker service update -d --quiet --update-parallelism 0 --update-monitor 1s --reserve-memory 4m seamark
sleep 1
docker exec vega docker service update -d --quiet --update-parallelism 0 --update-monitor 1s --image hold:5000/light:2 seamark
sleep 1
docker exec vega docker service update -d --quiet --update-parallelism 0 --update-monitor 1s --health-cmd 'wget -q -O /dev/null http://127.0.0.1:80/' seamark
sh harbour/await.sh seamark 2
