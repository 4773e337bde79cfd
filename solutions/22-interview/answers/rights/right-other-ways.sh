case $VALUE_CARD_RIGHTS in
mount)
cat > rights.sh <<'EOF'
# verdict: wrong
docker run --name quiz drydock/busybox:1 sh -c 'mkdir /tidemark && mount -t tmpfs tide /tidemark; grep -q tidemark /proc/mounts'
[ "$(docker wait quiz)" = 0 ] && echo holds || echo fails
EOF
;;
userns)
cat > rights.sh <<'EOF'
# verdict: wrong
docker info -f '{{.SecurityOptions}}' | grep -q userns && echo holds || echo fails
EOF
;;
cap-drop)
cat > rights.sh <<'EOF'
# verdict: right
docker run --name quiz --cap-drop ALL drydock/busybox:1 sh -c 'touch /f && ! chown 33 /f'
[ "$(docker wait quiz)" = 0 ] && echo holds || echo fails
EOF
;;
env-seen)
cat > rights.sh <<'EOF'
# verdict: right
docker create --name quiz -e PASSWORD=tide drydock/busybox:1 true
docker inspect -f '{{.Config.Env}}' quiz | grep -q tide && echo holds || echo fails
EOF
;;
any-uid)
cat > rights.sh <<'EOF'
# verdict: wrong
[ "$(docker run --rm -u 4242 drydock/busybox:1 id -u)" = 4242 ] && echo fails || echo holds
EOF
;;
exec-user)
cat > rights.sh <<'EOF'
# verdict: wrong
docker run -d --name quiz --user 4242:4242 drydock/busybox:1 sleep 1d
docker exec quiz touch /root-was-here && echo holds || echo fails
EOF
;;
esac
