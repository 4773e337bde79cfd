# expect: restarted since
docker exec -i lugger sh <<'EOF'
echo '{"live-restore": true}' >/etc/docker/daemon.json
kill -HUP $(pidof dockerd)
EOF
