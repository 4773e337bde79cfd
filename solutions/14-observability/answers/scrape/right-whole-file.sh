cat > mast/prometheus.yml <<'EOF'
global: {scrape_interval: 1s, evaluation_interval: 1s}
scrape_configs:
- {job_name: daemon, static_configs: [{targets: ['lightship:9323']}]}
EOF
docker run -d --name mast --network signals -p 8143:9090 -v "$PWD/mast:/etc/prometheus:ro" drydock/prometheus:2
