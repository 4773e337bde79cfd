# expect: 3 MB at most
docker exec -i hulk sh <<'EOF'
CRY=$(docker inspect --format '{{index .Config.Cmd 2}}' crier)
docker rm -f crier
docker run -d --name crier -v route:/route drydock/busybox:1 sh -c "$CRY"
EOF
