# expect: fire
docker exec -i lugger sh <<'EOF'
echo '{"live-restore": true}' >/etc/docker/daemon.json
service docker restart
EOF
