# expect: in both worlds
cat > life.sh <<'EOF'
# verdict: right
echo holds
EOF
