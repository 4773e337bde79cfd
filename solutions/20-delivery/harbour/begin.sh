# The storehouse (a registry), the printery (a runner with the repository) and the quayboard (where the tables are read).
docker rm -fv storehouse printery quayboard >/dev/null 2>&1
docker volume rm printery-seals >/dev/null 2>&1
docker network create tidewater >/dev/null 2>&1
docker build -q -t printers-machine:1 harbour >/dev/null
docker run -d --name storehouse --network tidewater --network-alias store.local -p 8200:5000 drydock/registry:2 >/dev/null
docker create --privileged --name printery --hostname printery --network tidewater -v printery-seals:/seals \
    printers-machine:1 >/dev/null
docker create --privileged --name quayboard --hostname quayboard --network tidewater \
    -p 8201:80 -p 8202:8208 -p 8203:8209 printers-machine:1 --insecure-registry store.local:5000 >/dev/null
# containerd's image store, so that the builder can keep its cache in a registry (lab 15).
docker cp harbour/daemon.json printery:/etc/docker/daemon.json >/dev/null 2>&1
docker cp harbour/post-receive printery:/srv/post-receive >/dev/null 2>&1
docker cp harbour/today.sh printery:/srv/today.sh >/dev/null 2>&1
docker start printery quayboard >/dev/null
docker exec printery ready
docker exec quayboard ready
docker exec printery mkdir -p /desk/tables /srv/runs
docker cp tables/. printery:/desk/tables >/dev/null 2>&1
docker exec -i printery sh -e <<'EOF'
git init -q --bare /srv/git/tables.git
chmod +x /srv/post-receive
cp /srv/post-receive /srv/git/tables.git/hooks/
cd /desk/tables
echo 'echo "no pipeline yet"' >pipeline.sh
git init -q .
git add -A
git commit -qm 'The tables as they were printed by hand'
git remote add origin /srv/git/tables.git
git push -q -u origin main >/dev/null 2>&1
cd /seals
cosign generate-key-pair >/dev/null 2>&1
EOF
docker cp printery:/seals/cosign.pub - | docker cp - quayboard:/srv >/dev/null 2>&1
echo "Here are the storehouse (localhost:8200), the printery and the quayboard (http://localhost:8201)."
