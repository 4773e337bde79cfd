# expect: made from drydock/busybox:1
. fares/mine.sh
echo "FARE=$FARE" > fares/.env
cat > fares/compose.yaml <<'EOF'
services:
  counter:
    image: drydock/python:3
    command: sleep 1d
    init: true
    environment: {FARE: "$FARE"}
  barge:
    image: drydock/python:3
    command: sleep 1d
    init: true
EOF
cd fares
docker compose up -d
