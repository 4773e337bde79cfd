# expect: 8080
docker run -d --name web -P drydock/nginx:1
