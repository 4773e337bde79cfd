# expect: was made from drydock/redis:8
printf 'FROM drydock/redis:8\nLABEL book=mine\n' | docker build -q -t book:1 -
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
    image: book:1
    command: sh -c "sleep 2; exec redis-server --protected-mode no"
    healthcheck:
      test: ["CMD-SHELL", "redis-cli ping | grep -q PONG"]
      interval: 500ms
      retries: 40
EOF
cd order
docker compose up -d --wait api
