cat > tables/pipeline.sh <<'EOF'
sh proof.sh tables.txt || exit 1
docker build -q -t store.local:5000/tables:$COMMIT .
docker push -q store.local:5000/tables:$COMMIT
EOF
sh harbour/publish.sh "Proof-read"
