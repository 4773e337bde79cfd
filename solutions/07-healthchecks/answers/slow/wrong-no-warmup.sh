# expect: LOOKOUT_WARMUP=0.5
docker run -d --name early --health-cmd "wget -q -O /dev/null http://localhost:8000/health" \
  --health-interval 200ms --health-timeout 5s --health-retries 1 --health-start-period 10s lookout:0
