# expect: fire
docker exec -i lugger sh <<'EOF'
echo '{"live-restore": true}' >/etc/docker/daemon.json
kill -HUP $(pidof dockerd)
sleep 1
EOF
docker restart lugger
docker exec lugger ready
