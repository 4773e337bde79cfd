# expect: says the check to the crier
docker exec -i hulk sh <<'EOF'
docker rm -f crier
docker run -d --name crier -v route:/route drydock/busybox:1 sh -c 'echo the crier is ready; exec sleep 1d >/dev/null'
EOF
