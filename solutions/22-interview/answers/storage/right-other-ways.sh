case $VALUE_CARD_STORAGE in
rm-v)
cat > storage.sh <<'EOF'
# verdict: wrong
docker volume create quizhold
docker create --name quiz -v quizhold:/hold drydock/busybox:1 true
docker rm -v quiz
docker volume ls -q | grep -qx quizhold && echo fails || echo holds
EOF
;;
volume-prune)
cat > storage.sh <<'EOF'
# verdict: wrong
docker volume create quizhold
docker volume prune --force
docker volume ls -q | grep -qx quizhold && echo fails || echo holds
EOF
;;
ro)
cat > storage.sh <<'EOF'
# verdict: wrong
docker run --name quiz -v quizhold:/hold:ro drydock/busybox:1 sh -c 'echo tide >/hold/f'
docker run --rm -v quizhold:/hold drydock/busybox:1 test -s /hold/f && echo holds || echo fails
EOF
;;
copy-up)
cat > storage.sh <<'EOF'
# verdict: right
docker create --name quiz -v quizhold:/etc/nginx drydock/nginx:1
docker start quiz
docker run --rm -v quizhold:/hold drydock/busybox:1 ls /hold | grep -q . && echo holds || echo fails
EOF
;;
read-only)
cat > storage.sh <<'EOF'
# verdict: wrong
docker run --rm --read-only -v quizhold:/hold drydock/busybox:1 sh -c 'echo tide >/hold/f' && echo fails || echo holds
EOF
;;
tmpfs)
cat > storage.sh <<'EOF'
# verdict: right
docker run --name quiz --tmpfs /hold drydock/busybox:1 sh -c 'ls /hold; echo tide >/hold/f'
docker start -a quiz | grep -qx f && echo fails || echo holds
EOF
;;
esac
