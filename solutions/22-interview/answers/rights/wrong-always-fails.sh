# expect: in both worlds
cat > rights.sh <<'EOF'
# verdict: wrong
echo fails
EOF
