# expect: In container guest one is root
docker exec -i lodge sh -c 'mkdir -p /etc/docker; cat > /etc/docker/daemon.json' <<'EOF'
{"userns-remap": "default"}
EOF
docker exec lodge service docker restart
docker exec lodge ready
docker exec lodge docker run -d --name guest --init --user 1000 -v /root:/x drydock/busybox:1 sleep 1d
