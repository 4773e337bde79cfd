case $VALUE_CARD_LIMITS in
memory)
cat > limits.sh <<'EOF'
# verdict: wrong
docker create --name quiz drydock/busybox:1 true
docker inspect quiz | grep -q '"Memory": 0,' && echo fails || echo holds
EOF
;;
update)
cat > limits.sh <<'EOF'
# verdict: right
docker run -d --name quiz --cpus 1 drydock/busybox:1 sleep 1d
docker update --cpus 0.5 quiz
[ "$(docker inspect -f '{{.HostConfig.NanoCpus}}' quiz)" = 500000000 ] && echo holds || echo fails
EOF
;;
shm)
cat > limits.sh <<'EOF'
# verdict: right
docker create --name quiz drydock/busybox:1 true
[ "$(docker inspect -f '{{.HostConfig.ShmSize}}' quiz)" = $((64 * 1024 * 1024)) ] && echo holds || echo fails
EOF
;;
kill)
cat > limits.sh <<'EOF'
# verdict: wrong
docker run -d --name quiz drydock/busybox:1 sh -c 'trap "exit 3" TERM; touch /ready; while :; do sleep 0.1; done'
for _ in 1 2 3 4 5 6 7 8 9; do docker exec quiz test -e /ready && break; sleep 0.3; done
docker kill quiz
[ "$(docker wait quiz)" = 3 ] && echo holds || echo fails
EOF
;;
esac
