# expect: Service counter (container fares-counter-1) has
. fares/mine.sh
echo "FARE=$FARE" > fares/.env
cat > fares/compose.yaml <<'EOF'
services:
  counter:
    image: drydock/busybox:1
    command: sleep 1d
    init: true
  barge:
    image: drydock/busybox:1
    command: sleep 1d
    init: true
EOF
cd fares
docker compose up -d
