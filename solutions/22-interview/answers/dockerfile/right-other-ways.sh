case $VALUE_CARD_DOCKERFILE in
expose)
cat > dockerfile.sh <<'EOF'
# verdict: wrong
printf 'FROM drydock/busybox:1\nEXPOSE 80\n' | docker build -t quiz -
docker run -d --name quiz quiz sleep 1d
[ -n "$(docker port quiz)" ] && echo holds || echo fails
EOF
;;
root)
cat > dockerfile.sh <<'EOF'
# verdict: right
docker run --rm drydock/busybox:1 whoami | grep -qx root && echo holds || echo fails
EOF
;;
cmd-args)
cat > dockerfile.sh <<'EOF'
# verdict: right
printf 'FROM drydock/busybox:1\nCMD ["false"]\n' | docker build -t quiz -
docker run --rm quiz true && echo holds || echo fails
EOF
;;
entrypoint-args)
cat > dockerfile.sh <<'EOF'
# verdict: wrong
printf 'FROM drydock/busybox:1\nENTRYPOINT ["false"]\n' | docker build -t quiz -
docker run --rm quiz true && echo holds || echo fails
EOF
;;
entrypoint)
cat > dockerfile.sh <<'EOF'
# verdict: wrong
docker create --name quiz --entrypoint hostname drydock/nginx:1
docker inspect -f '{{json .Config.Entrypoint}}' quiz | grep -q hostname && echo fails || echo holds
EOF
;;
p-expose)
cat > dockerfile.sh <<'EOF'
# verdict: wrong
docker run -d -p 8221:80 drydock/busybox:1 sleep 1d && echo fails || echo holds
EOF
;;
build-arg)
cat > dockerfile.sh <<'EOF'
# verdict: right
printf 'FROM drydock/busybox:1\nARG HARBOUR\nRUN echo built\n' | docker build -t quiz:7 --build-arg HARBOUR=n5417 -
docker history --no-trunc --format '{{.CreatedBy}}' quiz:7 | grep -q HARBOUR=n5417 && echo holds || echo fails
EOF
;;
user-name)
cat > dockerfile.sh <<'EOF'
# verdict: wrong
printf 'FROM drydock/busybox:1\nUSER sailor\n' | docker build -t quiz -
[ "$(docker run --rm quiz id -un)" = sailor ] && echo holds || echo fails
EOF
;;
shell-end)
cat > dockerfile.sh <<'EOF'
# verdict: wrong
printf 'FROM drydock/busybox:1\nCMD echo tide\nSHELL ["echo", "other"]\n' | docker build -t quiz -
docker image inspect -f '{{json .Config.Cmd}}' quiz | grep -q other && echo holds || echo fails
EOF
;;
esac
