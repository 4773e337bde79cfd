# expect: curl: not found
docker run -d --name tutor -p 8070:8000 tutor:1
until [ "$(docker inspect --format '{{.State.Health.Status}}' tutor)" = unhealthy ]; do sleep 0.3; done
docker run --name note drydock/busybox:1 echo "$(docker inspect --format '{{(index .State.Health.Log 0).ExitCode}}' tutor)"
