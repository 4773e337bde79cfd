# expect: there is no image ship:sealed
# Between 'EOF' nothing is replaced.
docker build -q -t ship:sealed - <<'EOF'
FROM localhost:8025/anchor@$(cat anchor.note)
CMD ["cat", "/anchor"]
EOF
