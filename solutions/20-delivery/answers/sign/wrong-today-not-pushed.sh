# expect: After a good commit
cp tables/pipeline.sh sealed.sh
cat >> sealed.sh <<'EOF'
image=store.local:5000/tables
digest=$(docker image inspect --format '{{index .RepoDigests 0}}' $image:$COMMIT)
cosign sign --yes --key /seals/cosign.key --tlog-upload=false $digest
docker tag $image:$COMMIT $image:today
EOF
cp sealed.sh tables/pipeline.sh
sh harbour/publish.sh "Sealed"
