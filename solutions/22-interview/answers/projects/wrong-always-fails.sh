# expect: in both worlds
cat > projects.sh <<'EOF'
# verdict: wrong
echo fails
EOF
