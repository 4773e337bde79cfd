# expect: Service api (container order-api-1) has the restart policy no
cat > order/compose.yaml <<'EOF'
services:
  api:
    image: ferry/office:2
    restart: on-failure
    depends_on: [prepare]
  prepare:
    image: ferry/office:2
    command: prepare
    restart: on-failure
    depends_on: [book]
  book:
    image: drydock/redis:8
    command: sh -c "sleep 2; exec redis-server --protected-mode no"
EOF
cd order
docker compose up -d
sleep 4
