# expect: exited with code 1
docker run -d --name board --network sight --env LOOKOUT_ASKS=http://radar:8000/health lookout:0
docker wait board
docker run -d --name radar --network sight --env LOOKOUT_WARMUP=1 \
  --health-cmd "wget -q -O /dev/null http://localhost:8000/health" --health-interval 300ms lookout:0
