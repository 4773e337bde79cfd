sed -i 's/      - steersman/      steersman: {condition: service_healthy}/' barge/compose.yaml
docker compose -f barge/compose.yaml up -d --wait
