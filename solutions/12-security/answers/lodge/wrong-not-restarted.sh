# expect: userns-remap
docker exec -i lodge sh -c 'mkdir -p /etc/docker; cat > /etc/docker/daemon.json' <<'EOF'
{"userns-remap": "default"}
EOF
docker exec lodge docker run -d --name guest --init -v /root:/x drydock/busybox:1 sleep 1d
