# expect: Service book (container order-book-1) has the command
cat > order/compose.yaml <<'EOF'
services:
  api:
    image: ferry/office:2
    depends_on:
      book: {condition: service_healthy}
      prepare: {condition: service_completed_successfully}
  prepare:
    image: ferry/office:2
    command: prepare
    depends_on:
      book: {condition: service_healthy}
  book:
    image: drydock/redis:8
    healthcheck: {test: redis-cli ping, interval: 1s, retries: 20}
EOF
cd order
docker compose up -d
