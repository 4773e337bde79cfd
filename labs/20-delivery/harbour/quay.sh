# On the quayboard: the front and the first container behind it. In the storehouse: two editions.
sh harbour/wake.sh || sh harbour/begin.sh
{ cat harbour/edition.sh; echo 'edition spring spring; edition neap neap'; } | docker exec -i printery sh
docker cp harbour/load.sh quayboard:/srv/load.sh >/dev/null 2>&1
docker exec -i quayboard sh <<'EOF'
docker rm -f pane tables-blue tables-green >/dev/null 2>&1
docker network create quay >/dev/null 2>&1
mkdir -p /srv/front
cat >/srv/front/default.conf <<'END'
server {
    listen 80;
    location / {
        proxy_pass http://tables-blue/cgi-bin/tide;
    }
}
END
cat >/usr/local/bin/deploy <<'END'
#!/bin/sh
# deploy IMAGE, as the harbour has always done it.
docker pull -q "$1"
docker rm -f tables-blue
docker run -d --name tables-blue --network quay "$1"
END
chmod +x /usr/local/bin/deploy
docker run -d --name tables-blue --network quay store.local:5000/tables:spring >/dev/null 2>&1
docker run -d --name pane --network quay -p 80:80 -v /srv/front:/etc/nginx/conf.d drydock/nginx:1 >/dev/null
timeout 20 sh -c 'until wget -q -O - http://127.0.0.1/ 2>/dev/null; do sleep 0.2; done'
EOF
