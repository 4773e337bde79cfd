# expect: neither `holds` nor `fails`
cat > images.sh <<'EOF'
# verdict: wrong
docker images
EOF
