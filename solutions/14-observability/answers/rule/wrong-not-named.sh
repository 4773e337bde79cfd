# expect: no rule has an alert of this name
cat > mast/rules.yml <<'EOF'
groups:
  - name: ships
    rules:
      - alert: ShipLost
        expr: ship_running{ship!="derelict"} == 0
        for: 2s
EOF
true
docker kill --signal HUP mast
