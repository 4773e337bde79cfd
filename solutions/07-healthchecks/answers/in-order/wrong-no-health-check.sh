# expect: Container radar has a health check
docker run -d --name radar --network sight --env LOOKOUT_WARMUP=0.5 lookout:0
until docker logs radar | grep -q "eyes open"; do sleep 0.3; done
docker run -d --name board --network sight --env LOOKOUT_ASKS=http://radar:8000/health lookout:0
