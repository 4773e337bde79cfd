# expect: is lost
docker exec -i quayboard sh <<'END'
cat >/usr/local/bin/deploy <<'EOF'
#!/bin/sh
docker pull -q "$1"
docker rm -f tables-green
docker run -d --name tables-green --network quay "$1"
new=tables-green old=tables-blue
until docker exec pane wget -q -O /dev/null http://$new/cgi-bin/tide; do sleep 0.2; done
sed -i "s/$old/$new/" /srv/front/default.conf
docker exec pane nginx -s reload
sleep 2
docker rm -f $old
EOF
chmod +x /usr/local/bin/deploy
END
