# expect: start-period 0.5s
docker run -d --name early --env LOOKOUT_WARMUP=0.5 --health-cmd "wget -q -O /dev/null http://localhost:8000/health" \
  --health-interval 200ms --health-timeout 5s --health-retries 1 --health-start-period 500ms lookout:0
