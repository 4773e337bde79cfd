# expect: neither `holds` nor `fails`
cat > logs.sh <<'EOF'
# verdict: wrong
kill -9 $$
echo holds
EOF
