# expect: there is no project barge
sed -i 's/      - steersman/      steersman:\n        condition: service_healthy/' barge/compose.yaml
docker compose -f barge/compose.yaml config -q
