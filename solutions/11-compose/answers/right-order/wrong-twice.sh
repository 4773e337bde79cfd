# expect: (container order-prepare-1) waits for book
cat > order/compose.yaml <<'EOF'
services:
  api:
    image: ferry/office:2
    depends_on: [prepare]
  prepare:
    image: ferry/office:2
    command: prepare
    depends_on: [book]
  book:
    image: drydock/redis:8
    command: sh -c "sleep 2; exec redis-server --protected-mode no"
    healthcheck: {test: redis-cli ping, interval: 1s, retries: 20}
EOF
cd order
docker compose up -d
sleep 3
docker compose up -d
sleep 1
docker compose up -d
