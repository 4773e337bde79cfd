# expect: the same type
cat > tables/pipeline.sh <<'EOF'
set -e
docker build -q --cache-from store.local:5000/tables:cache -t store.local:5000/tables:$COMMIT .
docker run --rm store.local:5000/tables:$COMMIT sh /proof.sh
docker push -q store.local:5000/tables:$COMMIT
docker tag store.local:5000/tables:$COMMIT store.local:5000/tables:cache
docker push -q store.local:5000/tables:cache
EOF
sh harbour/publish.sh "Proof-read"
