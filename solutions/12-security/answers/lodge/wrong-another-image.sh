# expect: Container guest was made from drydock/busybox:1
docker exec -i lodge sh -c 'mkdir -p /etc/docker; cat > /etc/docker/daemon.json' <<'EOF'
{"userns-remap": "default"}
EOF
docker exec lodge service docker restart
docker exec lodge ready
docker exec lodge docker run -d --name guest --init -v /root:/x drydock/nginx:1 sleep 1d
