# expect: health_status: unhealthy
docker run -d --name hazy --health-cmd "wget -q -O /dev/null http://localhost:8000/health" --health-interval 250ms --health-timeout 3s --health-retries 1 lookout:0
timeout 40 docker events --since 1m --filter container=hazy | grep -m 1 "health_status: healthy"
docker exec -d hazy wget -q -O - http://localhost:8000/fog
until docker logs hazy | grep -q "fog!"; do sleep 0.3; done
line=$(timeout 40 docker events --since 5m --filter container=hazy | head -n 1)
docker run --name bell drydock/busybox:1 echo "$line"
docker restart hazy
