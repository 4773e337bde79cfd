# expect: in both worlds
cat > dockerfile.sh <<'EOF'
# verdict: wrong
echo fails
EOF
