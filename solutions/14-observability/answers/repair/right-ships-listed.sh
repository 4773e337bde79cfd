sed -i 's/targets: ."[^"]*:80.*/targets: ["spyglass:8000"]/' keep/prometheus.yml
sed -i 's/9090/9093/' keep/prometheus.yml
cat > keep/rules.yml <<'EOF'
groups:
  - name: silence
    rules:
      - record: ship_speed
        expr: increase(ship_sent_bytes_total{ship=~"sloop|ketch|yawl"}[5s])
      - alert: ShipSilent
        expr: ship_speed == 0
        for: 2000ms
EOF
docker kill --signal HUP topmast
