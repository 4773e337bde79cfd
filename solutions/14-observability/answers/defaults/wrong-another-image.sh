# expect: Container buoy-8 was made from drydock/nginx:1
cat > daemon.json <<'EOF'
{
  "live-restore": true,
  "log-driver": "local",
  "log-opts": {"max-size": "50k"},
  "metrics-addr": "0.0.0.0:9323"
}
EOF
docker cp daemon.json lightship:/etc/docker/daemon.json
docker exec lightship sh -c 'kill -HUP $(pidof dockerd)'
sleep 1
docker exec lightship service docker restart
docker exec lightship ready
docker exec lightship docker run -d --name buoy-8 drydock/busybox:1 sleep 1d
