# expect: running
docker compose -f fairway/compose.yaml create --scale buoy=3
