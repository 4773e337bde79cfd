# expect: The rule waits
cat > mast/rules.yml <<'EOF'
groups:
  - name: ships
    rules:
      - alert: ShipLost
        expr: ship_running{ship!="derelict"} == 0
EOF
cat >> mast/prometheus.yml <<'EOF'
alerting: {alertmanagers: [{static_configs: [{targets: [foghorn:9093]}]}]}
EOF
docker kill --signal HUP mast
