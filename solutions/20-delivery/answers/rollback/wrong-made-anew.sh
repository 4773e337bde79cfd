# expect: as it was signed
docker exec -i -e EDITION="$VALUE_DELIVERY_EDITION" printery sh <<'EOF'
printf 'FROM store.local:5000/tables:spring\nRUN echo "edition: %s" >/tables.txt\n' "$EDITION" | docker build -q -t store.local:5000/tables:today -
docker push -q store.local:5000/tables:today
EOF
docker exec -i quayboard sh <<'EOF'
docker pull -q store.local:5000/tables:today
deploy "$(docker image inspect --format '{{index .RepoDigests 0}}' store.local:5000/tables:today)"
EOF
