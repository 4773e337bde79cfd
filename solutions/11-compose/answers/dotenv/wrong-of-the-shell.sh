# expect: FARE has your code in the file .env
. fares/mine.sh
export FARE
cat > fares/compose.yaml <<'EOF'
services:
  counter:
    image: drydock/busybox:1
    command: sleep 1d
    init: true
    environment: {FARE: "$FARE"}
  barge:
    image: drydock/busybox:1
    command: sleep 1d
    init: true
EOF
cd fares
docker compose up -d
