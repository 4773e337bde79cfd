# expect: The crier has called out the lost ship
cat >> mast/prometheus.yml <<'EOF'
alerting: {alertmanagers: [{static_configs: [{targets: ["foghorn:9093"]}]}]}
EOF
true
