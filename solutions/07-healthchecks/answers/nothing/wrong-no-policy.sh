# expect: restart policy always
docker run -d --name stuck --health-cmd "wget -q -O /dev/null http://localhost:8000/health" --health-interval 250ms --health-timeout 2s --health-retries 1 lookout:0
until [ "$(docker inspect --format '{{.State.Health.Status}}' stuck)" = healthy ]; do sleep 0.3; done
docker exec -d stuck wget -q -O - http://localhost:8000/fog
