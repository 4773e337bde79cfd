case $VALUE_CARD_PROJECTS in
depends)
cat > projects.sh <<'EOF'
# verdict: wrong
printf 'services:\n  db: {image: drydock/busybox:1, command: sleep 1d, healthcheck: {test: "false", interval: 1s, retries: 1}}\n  web: {image: drydock/busybox:1, command: sleep 1d, depends_on: [db]}\n' >compose.yaml
timeout 15 docker compose -p quiz up -d
[ "$(docker inspect -f '{{.State.Running}}' quiz-web-1)" = true ] && echo fails || echo holds
EOF
;;
down)
cat > projects.sh <<'EOF'
# verdict: wrong
printf 'services:\n  db: {image: drydock/busybox:1, command: "true", volumes: ["quizhold:/hold"]}\nvolumes: {quizhold: {}}\n' >compose.yaml
docker compose -p quiz up
docker compose -p quiz down
docker volume ls -q | grep -q quizhold && echo fails || echo holds
EOF
;;
service-names)
cat > projects.sh <<'EOF'
# verdict: right
printf 'services:\n  db: {image: drydock/nginx:1}\n  web: {image: drydock/busybox:1, command: sleep 1d}\n' >compose.yaml
docker compose -p quiz up -d
sleep 1
docker compose -p quiz exec -T web sh -c 'for _ in 1 2 3 4 5; do timeout 3 wget -q -O /dev/null http://db/ && exit; sleep 0.5; done; exit 1' && echo holds || echo fails
EOF
;;
up-again)
cat > projects.sh <<'EOF'
# verdict: wrong
printf 'services:\n  web: {image: drydock/busybox:1, command: sleep 1d, stop_grace_period: 0s}\n' >compose.yaml
docker compose -p quiz up -d
docker exec quiz-web-1 touch /mark
docker compose -p quiz up -d
docker exec quiz-web-1 test -e /mark && echo fails || echo holds
EOF
;;
no-version)
cat > projects.sh <<'EOF'
# verdict: wrong
printf 'services:\n  web: {image: drydock/busybox:1, command: sleep 1d}\n' >compose.yaml
docker compose -p quiz up -d
docker ps --format '{{.Names}}' | grep -qx quiz-web-1 && echo fails || echo holds
EOF
;;
esac
