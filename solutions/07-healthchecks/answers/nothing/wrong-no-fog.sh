# expect: fog!
docker run -d --name stuck --restart always --health-cmd "wget -q -O /dev/null http://localhost:9999/health" \
  --health-interval 500ms --health-retries 1 lookout:0
until [ "$(docker inspect --format '{{.State.Health.Status}}' stuck)" = unhealthy ]; do sleep 0.3; done
