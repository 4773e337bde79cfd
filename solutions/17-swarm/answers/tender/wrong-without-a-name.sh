# expect: port
docker compose -f tender/compose.yaml up -d
