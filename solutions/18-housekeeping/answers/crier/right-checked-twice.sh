docker exec -i hulk sh <<'EOF'
CRY=$(docker inspect --format '{{index .Config.Cmd 2}}' crier)
docker rm -f crier
docker run -d --name crier --log-opt max-size=1m --log-opt max-file=2 -v route:/route drydock/busybox:1 sh -c "$CRY"
until docker logs --tail 1 crier 2>&1 | grep -q ready; do sleep 0.2; done
docker exec crier sh -c "yes 'Hear, hear, and hear again, says the check to the crier' | head -c 5000000 >/proc/1/fd/1; echo the crier is ready >/proc/1/fd/1"
EOF
