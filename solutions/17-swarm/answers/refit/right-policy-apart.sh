docker exec vega docker service update -d --quiet --update-failure-action rollback --update-order start-first --update-monitor 2s beam
status() { docker exec vega docker service inspect beam --format '{{json .UpdateStatus}}'; }
docker exec vega docker service update -d --quiet --update-parallelism 2 --image hold:5000/light:2 beam
sleep 1
until status | grep -q '"completed"'; do sleep 0.3; done
docker exec vega docker service update -d --quiet --image hold:5000/light:3 beam
until status | grep -q rollback_completed; do sleep 0.3; done
