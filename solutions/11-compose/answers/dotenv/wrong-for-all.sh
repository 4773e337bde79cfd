# expect: does not have FARE in its environment
. fares/mine.sh
echo "FARE=$FARE" > fares/.env
cat > fares/compose.yaml <<'EOF'
services:
  counter:
    image: drydock/busybox:1
    command: sleep 1d
    init: true
    env_file: .env
  barge:
    image: drydock/busybox:1
    command: sleep 1d
    init: true
    env_file: .env
EOF
cd fares
docker compose up -d
