# expect: live restore
docker exec -i lugger sh <<'EOF'
docker update --restart always brazier
service docker restart
EOF
