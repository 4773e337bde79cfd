# expect: The shed was made by the project
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
docker compose up -d
docker run --rm -v fleet_shed:/shed drydock/busybox:1 sh -c "echo planed > /shed/plank"
