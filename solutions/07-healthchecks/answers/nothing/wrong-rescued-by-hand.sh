# expect: Container stuck is unhealthy
docker run -d --name stuck --restart always --health-cmd "wget -q -O /dev/null http://localhost:8000/health" --health-interval 250ms --health-timeout 3s --health-retries 4 lookout:0
until [ "$(docker inspect --format '{{.State.Health.Status}}' stuck)" = healthy ]; do sleep 0.3; done
docker exec -d stuck wget -q -O - http://localhost:8000/fog
until [ "$(docker inspect --format '{{.State.Health.Status}}' stuck)" = unhealthy ]; do sleep 0.3; done
docker restart stuck
until [ "$(docker inspect --format '{{.State.Health.Status}}' stuck)" = healthy ]; do sleep 0.3; done
