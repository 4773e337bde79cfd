# expect: publishes
cat > panel/wicket.conf <<'EOF'
user root;
events {}
http {
    access_log /dev/stdout;
    server {
        listen 2375;
        location = /containers/json { limit_except GET { deny all; } proxy_pass http://unix:/var/run/docker.sock:; }
        location / { return 403; }
    }
}
EOF
docker cp panel/wicket.conf pierhead:/srv/wicket.conf
docker exec pierhead sh -c '
    docker rm -f panel
    docker network create lookout
    docker run -d --name wicket --network lookout -p 2375:2375 -v /var/run/docker.sock:/var/run/docker.sock -v /srv/wicket.conf:/etc/nginx/nginx.conf:ro drydock/nginx:1
    docker run -d --name panel --network lookout -p 8120:80 -e DOCKER_AT=wicket:2375 panel:1'
