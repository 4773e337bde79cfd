# expect: restart policy always
docker run -d --name stuck --health-cmd "wget -q -O /dev/null http://localhost:8000/health" --health-interval 250ms --health-timeout 3s --health-retries 1 lookout:0
timeout 40 docker events --since 1m --filter container=stuck | grep -m 1 "health_status: healthy"
docker exec -d stuck wget -q -O - http://localhost:8000/fog
