# expect: How many hands there are stands in the file
. fleet/mine.sh
cat > fleet/compose.yaml <<EOF
x-box: &box
  image: drydock/busybox:1
  command: sleep 1d
  init: true
  mem_limit: 32m
  pids_limit: 20
  restart: unless-stopped
  labels: {fleet: $BADGE}
services:
  hand: {<<: *box}
  cook: *box
  carpenter:
    image: drydock/busybox:1
    command: sh -c "echo planed > /shed/plank"
    volumes: ["shed:/shed"]
    profiles: [yard]
volumes:
  shed:
EOF
cd fleet
docker compose up -d --scale hand=3
docker compose run --rm carpenter </dev/null
