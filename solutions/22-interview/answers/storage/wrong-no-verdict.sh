# expect: has no line `# verdict:
cat > storage.sh <<'EOF'
docker ps
echo holds
EOF
