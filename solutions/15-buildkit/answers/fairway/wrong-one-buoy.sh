# expect: Of service buoy 3 containers run
docker compose -f fairway/compose.yaml up -d
