# expect: is lost
docker exec -i quayboard sh <<'END'
cat >/usr/local/bin/deploy <<'EOF'
#!/bin/sh
if grep -q tables-blue /srv/front/default.conf; then old=tables-blue new=tables-green; else old=tables-green new=tables-blue; fi
docker pull -q "$1"
docker rm -f $new >/dev/null 2>&1
pane=$(docker inspect --format '{{.State.Pid}}' pane)
sed -i "s/$old/$new/" /srv/front/default.conf
docker run -d --name $new --network quay "$1"
# A reload, by its signal: a `docker exec` may take longer than the new one sleeps, on a busy machine.
kill -HUP $pane
sleep 2
docker rm -f $old
EOF
chmod +x /usr/local/bin/deploy
END
