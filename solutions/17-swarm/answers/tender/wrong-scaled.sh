# expect: port
docker compose -f tender/compose.yaml up -d --scale lamp=2
