# expect: was rolled back
docker exec vega docker service update -d --quiet --update-order start-first --update-monitor 2s --image hold:5000/light:2 beam
status() { docker exec vega docker service inspect beam --format '{{json .UpdateStatus}}'; }
until status | grep -q '"completed"'; do sleep 0.3; done
docker exec vega docker service update -d --quiet --image hold:5000/light:3 beam
until status | grep -q paused; do sleep 0.3; done
