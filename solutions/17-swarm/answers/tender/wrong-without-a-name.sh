# expect: Service lamp (container port-lamp-1) is running
docker compose -f tender/compose.yaml up -d
