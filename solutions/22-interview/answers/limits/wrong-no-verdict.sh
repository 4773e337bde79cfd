# expect: has no line `# verdict:
cat > limits.sh <<'EOF'
docker ps
echo holds
EOF
