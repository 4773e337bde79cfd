. fares/mine.sh
echo "export FARE=$FARE" > fares/.env
cat > fares/compose.yaml <<'EOF'
services:
  counter:
    image: drydock/busybox:1
    command: sleep 1d
    init: true
    environment:
      - FARE=${FARE}
  barge:
    image: drydock/busybox:1
    command: sleep 1d
    init: true
EOF
cd fares
docker compose up -d
