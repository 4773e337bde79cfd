# expect: in both worlds
cat > hands.sh <<'EOF'
# verdict: wrong
docker run --rm drydock/busybox:1 true && echo holds || echo fails
EOF
