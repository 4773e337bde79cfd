# expect: It is Docker that answers
cat > panel/wicket.conf <<'EOF'
user root;
events {}
http {
    access_log /dev/stdout;
    server {
        listen 2375;
        location = /containers/json {
            if ($request_method != GET) { return 403; }
            return 200 '[{"Names":["/wicket"]},{"Names":["/panel"]}]';
        }
        location / { return 403; }
    }
}
EOF
docker cp panel/wicket.conf pierhead:/srv/wicket.conf
docker exec pierhead sh -c '
    docker rm -f panel
    docker network create lookout
    docker run -d --name wicket --network lookout -v /var/run/docker.sock:/var/run/docker.sock -v /srv/wicket.conf:/etc/nginx/nginx.conf:ro drydock/nginx:1
    docker run -d --name panel --network lookout -p 8120:80 -e DOCKER_AT=wicket:2375 panel:1'
