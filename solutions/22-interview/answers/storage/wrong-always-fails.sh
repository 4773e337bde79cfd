# expect: in both worlds
cat > storage.sh <<'EOF'
# verdict: wrong
echo fails
EOF
