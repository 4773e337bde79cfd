# expect: GET /health
docker run -d --name radar --network sight --env LOOKOUT_WARMUP=0.5 --health-cmd true --health-interval 250ms lookout:0
sleep 3
docker run -d --name board --network sight --env LOOKOUT_ASKS=http://radar:8000/health lookout:0
