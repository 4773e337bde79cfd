# expect: After a good commit
cat > tables/pipeline.sh <<'EOF'
set -e
image=store.local:5000/tables
docker build -q -t $image:$COMMIT .
docker push -q $image:$COMMIT
digest=$(docker image inspect --format '{{index .RepoDigests 0}}' $image:$COMMIT)
cosign sign --yes --key /seals/cosign.key --tlog-upload=false $digest
docker tag $image:$COMMIT $image:today
docker push -q $image:today
docker run --rm $image:$COMMIT sh /proof.sh
EOF
sh harbour/publish.sh "Sealed"
