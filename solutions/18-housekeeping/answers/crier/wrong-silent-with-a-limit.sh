# expect: has the old one's command
docker exec -i hulk sh <<'EOF'
docker rm -f crier
docker run -d --name crier --log-opt max-size=1m --log-opt max-file=2 -v route:/route drydock/busybox:1 sh -c 'echo the crier is ready; exec sleep 1d'
EOF
