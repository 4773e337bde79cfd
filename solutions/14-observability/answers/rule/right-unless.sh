cat > mast/rules.yml <<'EOF'
groups:
  - name: ships
    rules:
      - alert: ShipLost
        expr: ship_running < 1 unless ship_running{ship="derelict"}
        for: 2s
EOF
echo 'rule_files: [rules.yml]' >> mast/prometheus.yml
docker kill --signal HUP mast
