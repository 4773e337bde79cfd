# expect: is made from hold:5000/light:2
docker exec vega docker service update -d --quiet --update-failure-action rollback --update-order start-first --update-monitor 2s --image hold:5000/light:3 beam
until docker exec vega docker service inspect beam --format '{{json .UpdateStatus}}' | grep -q rollback_completed; do sleep 0.3; done
