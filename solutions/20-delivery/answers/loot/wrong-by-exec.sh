# expect: A commit's pipeline
cp tables/pipeline.sh pipeline.good
docker exec -i printery sh <<'EOF'
echo 'FROM drydock/busybox:1' | docker build -q --label word=$(cat /root/ledger) -t store.local:5000/loot:1 -
docker push -q store.local:5000/loot:1
EOF
