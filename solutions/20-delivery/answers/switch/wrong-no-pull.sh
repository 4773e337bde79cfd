# expect: edition: spring
docker exec -i quayboard sh <<'END'
cat >/usr/local/bin/deploy <<'EOF'
#!/bin/sh
if grep -q tables-blue /srv/front/default.conf; then old=tables-blue new=tables-green; else old=tables-green new=tables-blue; fi
docker rm -f $new >/dev/null 2>&1
docker run -d --name $new --network quay "$1"
until docker exec pane wget -q -O /dev/null http://$new/cgi-bin/tide; do sleep 0.2; done
sed -i "s/$old/$new/" /srv/front/default.conf
docker exec pane nginx -s reload
docker stop -t 9 $old
docker rm $old
EOF
chmod +x /usr/local/bin/deploy
END
