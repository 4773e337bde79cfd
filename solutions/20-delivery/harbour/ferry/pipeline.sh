set -e
image=store.local:5000/ferry
docker build -q -t $image:$COMMIT .
docker run --rm $image:$COMMIT sh /proof.sh | tail -n 1
docker push -q $image:$COMMIT
digest=$(docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' $image:$COMMIT | grep -m1 "^$image@")
cosign sign --yes --key /seals/cosign.key --tlog-upload=false $digest
docker tag $image:$COMMIT $image:today
docker push -q $image:today
