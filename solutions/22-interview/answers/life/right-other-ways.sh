case $VALUE_CARD_LIFE in
ps)
cat > life.sh <<'EOF'
# verdict: wrong
docker run --name quiz drydock/busybox:1 true
[ "$(docker ps -q | wc -l)" = 1 ] && echo holds || echo fails
EOF
;;
restart)
cat > life.sh <<'EOF'
# verdict: wrong
docker run -d --name quiz drydock/busybox:1 sh -c 'exit 1'
sleep 5
docker ps --format '{{.Names}}' | grep -q quiz && echo holds || echo fails
EOF
;;
exit-code)
cat > life.sh <<'EOF'
# verdict: right
printf 'FROM drydock/busybox:1\nCMD ["sh", "-c", "exit 7"]\n' | docker build -t quiz -
docker run --name quiz quiz
[ $? = "$(docker inspect -f '{{.State.ExitCode}}' quiz)" ] && echo holds || echo fails
EOF
;;
stop-asks)
cat > life.sh <<'EOF'
# verdict: right
docker run -d --name quiz drydock/busybox:1 sh -c 'trap "exit 42" TERM; touch /ready; while :; do sleep 0.1; done'
for _ in 1 2 3 4 5 6 7 8 9; do docker exec quiz test -e /ready && break; sleep 0.3; done
docker stop -t 5 quiz
[ "$(docker wait quiz)" = 42 ] && echo holds || echo fails
EOF
;;
kept)
cat > life.sh <<'EOF'
# verdict: wrong
docker run --name quiz drydock/busybox:1 touch /note
docker start -a quiz
docker diff quiz | grep -q note && echo fails || echo holds
EOF
;;
unhealthy)
cat > life.sh <<'EOF'
# verdict: wrong
docker run -d --name quiz --health-cmd false --health-interval 1s drydock/busybox:1 sleep 1d
before=$(docker inspect -f '{{.State.StartedAt}}' quiz)
timeout 15 sh -c 'until [ "$(docker inspect -f "{{.State.Health.Status}}" quiz)" = unhealthy ]; do sleep 0.2; done' || exit
sleep 4
[ "$(docker inspect -f '{{.State.StartedAt}}' quiz)" = "$before" ] && echo fails || echo holds
EOF
;;
esac
