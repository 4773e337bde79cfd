# expect: The crier has called out the lost ship
cat >> mast/prometheus.yml <<'EOF'
alerting: {alertmanagers: [{static_configs: [{targets: ["localhost:8144"]}]}]}
EOF
docker kill --signal HUP mast
