# expect: has no line `# verdict:
cat > dockerfile.sh <<'EOF'
docker ps
echo holds
EOF
