# expect: 3 MB at most
docker exec -i hulk sh <<'EOF'
: > $(docker inspect --format '{{.LogPath}}' crier)
EOF
