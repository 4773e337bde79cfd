# expect: starboard
docker compose -f tender/compose.yaml -p port up -d
