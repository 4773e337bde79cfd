docker exec -i lodge sh -c 'mkdir -p /etc/docker; cat > /etc/docker/daemon.json' <<'EOF'
{"userns-remap": "default"}
EOF
docker exec lodge service docker stop
docker exec lodge service docker start
docker exec lodge ready
docker exec lodge docker run -d --name guest --init --mount type=bind,source=/root,target=/x drydock/busybox:1 sleep 1d
