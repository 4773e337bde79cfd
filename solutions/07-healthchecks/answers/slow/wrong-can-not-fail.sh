# expect: says no where nothing is at work
docker run -d --name early --env LOOKOUT_WARMUP=0.5 --health-cmd "wget -q -O /dev/null http://localhost:8000/health || true" \
  --health-interval 200ms --health-timeout 5s --health-retries 1 --health-start-period 10s lookout:0
timeout 40 sh -c 'until docker logs early | grep -q "GET /health"; do sleep 0.2; done'
