# expect: there is no project fairway
docker compose -p channel -f fairway/compose.yaml up -d --scale buoy=3
