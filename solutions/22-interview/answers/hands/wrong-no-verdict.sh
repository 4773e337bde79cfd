# expect: has no line `# verdict:
cat > hands.sh <<'EOF'
docker ps
echo holds
EOF
