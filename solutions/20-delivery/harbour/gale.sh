# Today's tables come to the quayboard; then the tag gets tables that another harbour should have, and these are deployed.
sh harbour/wake.sh
docker exec quayboard test -e /usr/local/bin/deploy 2>/dev/null || sh harbour/quay.sh
print() { { cat harbour/edition.sh; echo "edition $1 today"; } | docker exec -i printery sh; }
print "$VALUE_DELIVERY_EDITION"
docker exec quayboard docker pull -q store.local:5000/tables:today >/dev/null
print otherharbour
docker exec quayboard sh -c 'docker pull -q store.local:5000/tables:today && deploy store.local:5000/tables:today' >/dev/null 2>&1
timeout 20 docker exec quayboard sh -c 'until wget -q -O - http://127.0.0.1/ 2>/dev/null; do sleep 0.2; done'
