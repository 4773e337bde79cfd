# expect: there is no container named web
docker run -d -p 8080:80 drydock/nginx:1 --name web
