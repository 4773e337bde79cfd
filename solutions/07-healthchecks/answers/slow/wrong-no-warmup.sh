# expect: LOOKOUT_WARMUP=1.5
docker run -d --name early --health-cmd "wget -q -O /dev/null http://localhost:8000/health" \
  --health-interval 300ms --health-timeout 1s --health-retries 2 --health-start-period 10s lookout:0
