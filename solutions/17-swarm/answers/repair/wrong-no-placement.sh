# expect: answers on port 8095
docker exec vega docker service update -d --quiet --update-parallelism 0 --update-monitor 1s --image hold:5000/light:2 --reserve-memory 0 --health-cmd 'wget -q -O - http://localhost/ | grep -q light' --constraint-rm node.labels.quay==north --constraint-add node.hostname!=mira --replicas-max-per-node 2 --publish-rm 80 --replicas 2 seamark
sh harbour/await.sh seamark 2
