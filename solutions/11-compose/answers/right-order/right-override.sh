cat > order/compose.override.yaml <<'EOF'
services:
  api:
    depends_on: !override
      book: {condition: service_healthy}
      prepare: {condition: service_completed_successfully}
  prepare:
    depends_on:
      book: {condition: service_healthy}
  book:
    healthcheck: {test: redis-cli ping, interval: 1s, retries: 20}
EOF
cd order
docker compose up -d
rm compose.override.yaml
