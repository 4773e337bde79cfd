# expect: brazier has never stopped
docker exec -i lugger sh <<'EOF'
echo '{"live-restore": true}' >/etc/docker/daemon.json
service docker restart
docker start brazier
service docker restart
EOF
