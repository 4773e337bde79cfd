# The ferry's timetable goes the same way: a repository with a pipeline, and `follow-ferry` on the quayboard.
sh harbour/wake.sh || sh harbour/begin.sh
docker exec -i printery sh -e <<'EOF'
rm -rf /desk/ferry /srv/git/ferry.git
mkdir -p /desk/ferry
EOF
docker cp harbour/ferry/. printery:/desk/ferry >/dev/null 2>&1
docker cp harbour/follow-ferry quayboard:/usr/local/bin/follow-ferry >/dev/null 2>&1
docker exec -i -e FAULT="$VALUE_DELIVERY_FAULT" printery sh -e <<'EOF'
git init -q --bare /srv/git/ferry.git
cd /desk/ferry
case $FAULT in
    name) sed -i 's/^image=.*/image=storehouse.local:5000\/ferry/' pipeline.sh ;;
    key) sed -i 's/cosign.key/printer.key/' pipeline.sh ;;
    tag) sed -i '/:today/d' pipeline.sh ;;
esac
git init -q .
git add -A
git commit -qm 'The timetable'
git remote add origin /srv/git/ferry.git
cp /srv/post-receive /srv/git/ferry.git/hooks/
chmod 644 /srv/git/ferry.git/hooks/post-receive
git push -q -u origin main >/dev/null 2>&1
docker build -q -t store.local:5000/ferry:today . >/dev/null
docker push -q store.local:5000/ferry:today >/dev/null
EOF
docker exec -i quayboard sh -e <<'EOF'
chmod +x /usr/local/bin/follow-ferry
docker rm -f ferry-times >/dev/null 2>&1 || true
cd /tmp && rm -f old.key old.pub && cosign generate-key-pair --output-key-prefix old >/dev/null 2>&1 && mv old.pub /srv/ferry.pub && rm old.key
docker run -d --name ferry-times -p 8209:80 store.local:5000/ferry:today >/dev/null 2>&1
EOF
