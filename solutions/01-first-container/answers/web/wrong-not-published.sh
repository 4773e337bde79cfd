# expect: 8080
docker run -d --name web --expose 8080 drydock/nginx:1
