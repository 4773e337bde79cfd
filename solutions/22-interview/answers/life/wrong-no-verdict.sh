# expect: has no line `# verdict:
cat > life.sh <<'EOF'
docker ps
echo holds
EOF
