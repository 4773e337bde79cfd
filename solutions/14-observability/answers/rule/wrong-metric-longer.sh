# expect: The rule is about ship_running
cat > mast/rules.yml <<'EOF'
groups:
  - name: ships
    rules:
      - alert: ShipLost
        expr: ship_running_total{ship!="derelict"} == 0
        for: 2s
EOF
echo 'rule_files: [/etc/prometheus/rules.yml]' >> mast/prometheus.yml
docker kill --signal HUP mast
