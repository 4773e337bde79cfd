# expect: The alert ShipLost fires for no other ship
cat > mast/rules.yml <<'EOF'
groups:
  - name: ships
    rules:
      - alert: ShipLost
        expr: ship_running{ship!="derelict"} == 0 or ship_running{ship=~"buoy.*"} == 1
        for: 2s
EOF
cat >> mast/prometheus.yml <<'EOF'
alerting: {alertmanagers: [{static_configs: [{targets: [foghorn:9093]}]}]}
EOF
docker kill --signal HUP mast
