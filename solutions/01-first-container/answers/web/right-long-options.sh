docker create --name web --publish 8080:80/tcp drydock/nginx:1
docker start web
