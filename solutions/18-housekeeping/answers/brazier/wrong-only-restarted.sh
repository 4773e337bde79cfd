# expect: live restore
docker exec -i lugger sh <<'EOF'
service docker restart
docker start brazier
EOF
