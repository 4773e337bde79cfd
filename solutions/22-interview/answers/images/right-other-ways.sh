case $VALUE_CARD_IMAGES in
latest)
cat > images.sh <<'EOF'
# verdict: wrong
docker tag drydock/busybox:1 quiz
printf 'FROM drydock/busybox:1\nLABEL a=b\n' | docker build -t quiz:2 -
[ "$(docker image inspect -f '{{.Id}}' quiz)" = "$(docker image inspect -f '{{.Id}}' quiz:2)" ] && echo holds || echo fails
EOF
;;
rmi-used)
cat > images.sh <<'EOF'
# verdict: wrong
printf 'FROM drydock/busybox:1\nLABEL a=b\n' | docker build -t quiz -
docker create quiz true
docker rmi quiz
docker image inspect quiz >/dev/null && echo fails || echo holds
EOF
;;
commit-env)
cat > images.sh <<'EOF'
# verdict: right
docker create --name quiz -e TIDE=high drydock/busybox:1 true
docker commit quiz quiz-2
docker image inspect quiz-2 | grep -q TIDE=high && echo holds || echo fails
EOF
;;
prune)
cat > images.sh <<'EOF'
# verdict: wrong
docker tag drydock/busybox:1 quiz:7
docker image prune --force
docker images -q quiz | grep -q . && echo fails || echo holds
EOF
;;
second-run)
cat > images.sh <<'EOF'
# verdict: wrong
docker run --name quiz drydock/busybox:1 touch /note
docker run drydock/busybox:1 test -e /note && echo holds || echo fails
EOF
;;
esac
