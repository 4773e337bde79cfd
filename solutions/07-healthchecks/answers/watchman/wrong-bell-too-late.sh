# expect: Container hazy was started after bell
docker run -d --name hazy --health-cmd "wget -q -O /dev/null http://localhost:8000/health" --health-interval 250ms --health-timeout 2s --health-retries 1 lookout:0
until [ "$(docker inspect --format '{{.State.Health.Status}}' hazy)" = healthy ]; do sleep 0.3; done
before=$(date +%s.%N)
docker exec -d hazy wget -q -O - http://localhost:8000/fog
line=$(timeout 20 docker events --since "$before" --filter container=hazy | grep -m 1 "health_status: unhealthy")
docker restart hazy
docker run --name bell drydock/busybox:1 echo "$line"
