# expect: has no line `# verdict:
cat > logs.sh <<'EOF'
docker ps
echo holds
EOF
