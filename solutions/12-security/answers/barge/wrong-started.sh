# expect: service_healthy
sed -i 's/      - steersman/      steersman:\n        condition: service_started/' barge/compose.yaml
docker compose -f barge/compose.yaml up -d
