# expect: in both worlds
cat > limits.sh <<'EOF'
# verdict: wrong
echo fails
EOF
