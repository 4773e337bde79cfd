# expect: neither `holds` nor `fails`
cat > networks.sh <<'EOF'
# verdict: wrong
set -e
docker network inspect none-such
echo holds
EOF
