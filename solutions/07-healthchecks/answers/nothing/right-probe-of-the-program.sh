docker run -d --name stuck --restart always --health-cmd "python3 lookout.py probe" \
  --health-interval 250ms --health-timeout 2s --health-retries 1 lookout:0
until [ "$(docker inspect --format '{{.State.Health.Status}}' stuck)" = healthy ]; do sleep 0.3; done
docker exec -d stuck wget -q -O - http://localhost:8000/fog
