# expect: has the volume route at /route
docker exec -i hulk sh <<'EOF'
CRY=$(docker inspect --format '{{index .Config.Cmd 2}}' crier)
docker rm -f crier
docker run -d --name crier --log-opt max-size=1m --log-opt max-file=2 --tmpfs /route drydock/busybox:1 sh -c "$CRY"
EOF
