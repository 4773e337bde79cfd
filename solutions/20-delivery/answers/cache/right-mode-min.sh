cat > tables/pipeline.sh <<'EOF'
set -e
docker build -q --cache-from type=registry,ref=store.local:5000/tables:cache --cache-to type=registry,ref=store.local:5000/tables:cache -t store.local:5000/tables:$COMMIT .
docker run --rm store.local:5000/tables:$COMMIT sh /proof.sh
docker push -q store.local:5000/tables:$COMMIT
EOF
sh harbour/publish.sh "Proof-read"
