# expect: has no line `# verdict:
cat > images.sh <<'EOF'
docker ps
echo holds
EOF
