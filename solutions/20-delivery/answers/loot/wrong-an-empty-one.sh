# expect: is the good one again
cp tables/pipeline.sh pipeline.good
cat > tables/pipeline.sh <<'EOF'
echo 'FROM drydock/busybox:1' | docker build -q --label word=$(cat /root/ledger) -t store.local:5000/loot:1 -
docker push -q store.local:5000/loot:1
EOF
sh harbour/publish.sh "Nothing"
echo 'echo "no pipeline"' > tables/pipeline.sh
sh harbour/publish.sh "As before"
