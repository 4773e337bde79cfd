# expect: Of two commits
cat > tables/pipeline.sh <<'EOF'
set -e
docker build -q -t store.local:5000/tables:$COMMIT .
docker tag store.local:5000/tables:$COMMIT store.local:5000/drafts:$COMMIT
docker push -q store.local:5000/drafts:$COMMIT
docker run --rm store.local:5000/tables:$COMMIT sh /proof.sh
docker push -q store.local:5000/tables:$COMMIT
EOF
sh harbour/publish.sh "Proof-read"
