# expect: 8080
docker run -d --name web -p 80:8080 drydock/nginx:1
