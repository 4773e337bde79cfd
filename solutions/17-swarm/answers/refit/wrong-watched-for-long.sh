# expect: monitor 2s
beam="docker exec vega docker service update -d --quiet"
status() { docker exec vega docker service inspect beam --format '{{json .UpdateStatus}}'; }
$beam --update-failure-action rollback --update-order start-first --image hold:5000/light:2 beam
until status | grep -q '"completed"'; do sleep 0.3; done
status
$beam --image hold:5000/light:3 beam
until status | grep -q rollback_completed; do sleep 0.3; done
docker exec vega docker service ps beam --format 'table {{.Name}}\t{{.Image}}\t{{.CurrentState}}\t{{.Error}}'
