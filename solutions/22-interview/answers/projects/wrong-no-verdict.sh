# expect: has no line `# verdict:
cat > projects.sh <<'EOF'
docker ps
echo holds
EOF
