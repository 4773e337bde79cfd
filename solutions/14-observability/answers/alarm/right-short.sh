cat >> mast/prometheus.yml <<'EOF'
alerting: {alertmanagers: [{static_configs: [{targets: [foghorn:9093]}]}]}
EOF
docker kill --signal HUP mast
