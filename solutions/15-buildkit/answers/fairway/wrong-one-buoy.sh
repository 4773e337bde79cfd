# expect: 3
docker compose -f fairway/compose.yaml up -d
