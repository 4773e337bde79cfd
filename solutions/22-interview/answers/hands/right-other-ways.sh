case $VALUE_CARD_HANDS in
exec-stopped)
cat > hands.sh <<'EOF'
# verdict: wrong
docker run --name quiz drydock/busybox:1 true
docker exec quiz true && echo holds || echo fails
EOF
;;
cp-stopped)
cat > hands.sh <<'EOF'
# verdict: right
docker create --name quiz drydock/busybox:1 sleep 1d
docker cp quiz:/etc/passwd - | grep -q root && echo holds || echo fails
EOF
;;
rm-running)
cat > hands.sh <<'EOF'
# verdict: wrong
docker create --name quiz drydock/busybox:1 sleep 1d
docker start quiz
docker rm quiz
docker inspect quiz && echo fails || echo holds
EOF
;;
same-name)
cat > hands.sh <<'EOF'
# verdict: wrong
docker run -d --name quiz drydock/busybox:1 sleep 1d
docker create --name quiz drydock/busybox:1 true && echo holds || echo fails
EOF
;;
rename)
cat > hands.sh <<'EOF'
# verdict: right
docker create --name quiz drydock/busybox:1 sleep 1d
docker start quiz
docker rename quiz quiz-2
docker ps | grep -q quiz-2 && echo holds || echo fails
EOF
;;
restart-new)
cat > hands.sh <<'EOF'
# verdict: wrong
docker tag drydock/busybox:1 quiz:1
docker run -d --name quiz quiz:1 sleep 1d
docker tag drydock/nginx:1 quiz:1
docker restart -t 0 quiz
docker exec quiz test -d /etc/nginx && echo holds || echo fails
EOF
;;
start-idle)
cat > hands.sh <<'EOF'
# verdict: wrong
docker run --name quiz drydock/busybox:1 true
docker start quiz
timeout 10 docker wait quiz
docker inspect -f '{{.State.Running}}' quiz | grep -q true && echo holds || echo fails
EOF
;;
esac
