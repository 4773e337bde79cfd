beam="docker exec vega docker service update -d --quiet"
$beam --update-failure-action rollback --update-order start-first --update-monitor 2s --image hold:5000/light:2 beam
for _ in $(seq 100); do docker exec vega docker service inspect beam --format '{{json .UpdateStatus}}' | grep -q '"completed"' && break; sleep 0.3; done
$beam --image hold:5000/light:3 beam
