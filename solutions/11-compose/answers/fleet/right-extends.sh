. fleet/mine.sh
cat > fleet/compose.yaml <<EOF
services:
  cook:
    image: drydock/busybox:1
    command: sleep 1d
    init: true
    mem_limit: 32m
    pids_limit: 20
    restart: unless-stopped
    labels: {fleet: $BADGE}
  hand:
    extends: cook
    deploy: {replicas: 3}
  carpenter:
    image: drydock/busybox:1
    command: sh -c "echo planed > /shed/plank"
    volumes: ["shed:/shed"]
    profiles: [yard]
volumes:
  shed:
EOF
cd fleet
docker compose up -d
docker compose --profile yard run --rm carpenter </dev/null
