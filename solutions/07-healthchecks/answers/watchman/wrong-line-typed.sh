# expect: the daemon's own
docker run -d --name hazy --health-cmd "wget -q -O /dev/null http://localhost:8000/health" --health-interval 250ms --health-timeout 3s --health-retries 1 lookout:0
start=$(docker inspect --format '{{.State.StartedAt}}' hazy)
timeout 40 docker events --since "$start" --filter container=hazy | grep -m 1 "health_status: healthy"
docker exec -d hazy wget -q -O - http://localhost:8000/fog
timeout 40 sh -c 'until docker logs hazy | grep -q "fog!"; do sleep 0.2; done'
docker run --name bell drydock/busybox:1 echo "health_status: unhealthy hazy"
docker restart hazy
