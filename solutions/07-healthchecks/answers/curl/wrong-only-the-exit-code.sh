# expect: curl: not found
docker run -d --name tutor -p 8070:8000 tutor:1
timeout 40 docker events --since 1m --filter container=tutor | grep -m 1 "health_status: unhealthy"
docker run --name memo drydock/busybox:1 echo "$(docker inspect --format '{{(index .State.Health.Log 0).ExitCode}}' tutor)"
