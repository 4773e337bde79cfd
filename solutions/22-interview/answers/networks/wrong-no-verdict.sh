# expect: has no line `# verdict:
cat > networks.sh <<'EOF'
docker ps
echo holds
EOF
