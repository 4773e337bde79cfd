# expect: each world is fresh
cat > life.sh <<'EOF'
# verdict: right
[ $(($RANDOM % 2)) = 0 ] && echo holds || echo fails
EOF
