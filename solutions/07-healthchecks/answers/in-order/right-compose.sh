cat > order.yaml <<'EOF'
services:
  radar:
    image: lookout:0
    container_name: radar
    environment: {LOOKOUT_WARMUP: "0.5"}
    healthcheck: {test: python3 lookout.py probe, interval: 300ms, retries: 50}
  board:
    image: lookout:0
    container_name: board
    environment: {LOOKOUT_ASKS: "http://radar:8000/health"}
    depends_on: {radar: {condition: service_healthy}}
networks: {default: {name: sight, external: true}}
EOF
docker compose -f order.yaml -p order up -d
