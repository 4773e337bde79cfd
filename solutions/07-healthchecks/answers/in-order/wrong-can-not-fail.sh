# expect: says no where nothing is at work
docker run -d --name radar --network sight --env LOOKOUT_WARMUP=0.5 --health-cmd "wget -q -O /dev/null http://localhost:8000/health || true" --health-interval 250ms lookout:0
timeout 40 sh -c 'until docker logs radar | grep -q "GET /health"; do sleep 0.2; done'
docker run -d --name board --network sight --env LOOKOUT_ASKS=http://radar:8000/health lookout:0
