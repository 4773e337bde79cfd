# expect: 32m stands only once in the file
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
  hand: {<<: *box, scale: 3}
  cook:
    image: drydock/busybox:1
    command: sleep 1d
    init: true
    mem_limit: 33554432
    pids_limit: 20
    restart: unless-stopped
    labels: {fleet: $BADGE}
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
docker compose run --rm carpenter </dev/null
