case $VALUE_CARD_LOGS in
ended-log)
cat > logs.sh <<'EOF'
# verdict: right
docker run --name quiz drydock/busybox:1 echo tide
docker wait quiz
[ "$(docker logs quiz)" = tide ] && echo holds || echo fails
EOF
;;
rotation)
cat > logs.sh <<'EOF'
# verdict: wrong
docker run --name quiz drydock/busybox:1 seq 1 30000 >/dev/null
[ "$(docker logs quiz | head -n 1)" = 1 ] && echo fails || echo holds
EOF
;;
stderr)
cat > logs.sh <<'EOF'
# verdict: wrong
docker run --name quiz drydock/busybox:1 ls /no/such/place
docker logs quiz 2>&1 | grep -q place && echo fails || echo holds
EOF
;;
local-log)
cat > logs.sh <<'EOF'
# verdict: wrong
docker run -d --name quiz --log-driver local drydock/busybox:1 echo tide
docker wait quiz
[ -n "$(docker logs quiz)" ] && echo fails || echo holds
EOF
;;
esac
