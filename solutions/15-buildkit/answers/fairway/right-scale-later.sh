docker compose -f fairway/compose.yaml up -d
docker compose -f fairway/compose.yaml up -d --scale buoy=3
