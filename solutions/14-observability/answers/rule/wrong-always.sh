# expect: quiet for a ship that sails
cat > mast/rules.yml <<'EOF'
groups:
  - name: ships
    rules:
      - alert: ShipLost
        expr: ship_running{ship!="derelict"}
        for: 2s
EOF
echo 'rule_files: [/etc/prometheus/rules.yml]' >> mast/prometheus.yml
docker kill --signal HUP mast
