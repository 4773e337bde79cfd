# expect: After a good commit
cp tables/pipeline.sh sealed.sh
cat >> sealed.sh <<'EOF'
image=store.local:5000/tables
docker tag $image:$COMMIT $image:today
docker push -q $image:today
EOF
cp sealed.sh tables/pipeline.sh
sh harbour/publish.sh "Sealed"
