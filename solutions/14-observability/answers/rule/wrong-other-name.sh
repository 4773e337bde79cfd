# expect: there are: Lost
cat > mast/rules.yml <<'EOF'
groups:
  - name: ships
    rules:
      - alert: Lost
        expr: ship_running{ship!="derelict"} == 0
        for: 2s
EOF
echo 'rule_files: [/etc/prometheus/rules.yml]' >> mast/prometheus.yml
docker kill --signal HUP mast
