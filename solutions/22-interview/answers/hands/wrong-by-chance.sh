# expect: each world is fresh
cat > hands.sh <<'EOF'
# verdict: right
[ $(($RANDOM % 2)) = 0 ] && echo holds || echo fails
EOF
