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
delete)
cat > images.sh <<'EOF'
# verdict: wrong
printf 'FROM drydock/busybox:1\nRUN head -c 5000000 /dev/zero >/large\n' | docker build -t quiz -
docker run --name quiz-a quiz rm /large
docker commit quiz-a quiz-b
docker history --format '{{.Size}}' quiz-b | head -n 1 | grep -q MB && echo holds || echo fails
EOF
;;
push-name)
cat > images.sh <<'EOF'
# verdict: right
printf 'FROM drydock/busybox:1\nLABEL a=b\n' | docker build -t quiz:7 -
docker push quiz:7 2>&1 | grep -q localhost:5000 && echo fails || echo holds
EOF
;;
esac
