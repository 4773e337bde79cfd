# expect: berths.html
mkdir -p mine
echo "<h1>Berth 4: free</h1>" > mine/berths.html
docker rm -f web
docker run -d --name web -p 8080:80 -v "$PWD/mine:/usr/share/nginx/html" drydock/nginx:1
