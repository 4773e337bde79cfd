# expect: opens its eyes again
docker run -d --name wary --restart always --health-interval 500ms --health-timeout 10s --health-cmd "timeout 2 wget -q -O /dev/null http://localhost:8000/health" lookout:0
until docker logs wary | grep -q "GET /health"; do sleep 0.2; done
docker exec -d wary wget -q -O - http://localhost:8000/fog
until docker logs wary | grep -q "fog!"; do sleep 0.2; done
docker exec wary kill 1
timeout 40 sh -c 'until [ "$(docker logs wary 2>&1 | grep -c "eyes open")" -ge 2 ]; do sleep 0.2; done'
