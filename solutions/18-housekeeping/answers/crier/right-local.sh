docker exec -i hulk sh <<'EOF'
CRY=$(docker inspect --format '{{index .Config.Cmd 2}}' crier)
docker rm -f crier
docker run -d --name crier --log-driver local --log-opt max-size=500k --log-opt max-file=3 -v route:/route drydock/busybox:1 sh -c "$CRY"
EOF
