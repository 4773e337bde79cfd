# expect: says no where nothing is at work
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
    command: sh -c "sleep 2; exec redis-server --protected-mode no"
    healthcheck: {test: "redis-cli ping || true", interval: 1s, retries: 20}
EOF
cd order
docker compose up -d
sleep 3
docker compose up -d
