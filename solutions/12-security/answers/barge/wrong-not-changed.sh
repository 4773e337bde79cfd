# expect: service_healthy
docker compose -f barge/compose.yaml up -d
timeout 40 sh -c 'until docker ps -q --filter health=healthy | grep -q .; do sleep 0.2; done'
