# expect: has no line `# verdict:
cat > rights.sh <<'EOF'
docker ps
echo holds
EOF
