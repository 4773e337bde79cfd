# expect: The health check's wget asks where the light is
for ship in mira spica; do docker exec vega docker node update --label-add quay=north $ship; done
docker exec vega docker service update -d --quiet --update-parallelism 0 --update-monitor 1s --image hold:5000/light:2 --reserve-memory 8m --health-cmd 'wget -q -O - http://localhost:8095/ || pidof httpd' seamark
sh harbour/await.sh seamark 2
