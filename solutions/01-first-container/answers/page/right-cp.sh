echo "Berth 4: free" > berths.html
docker cp berths.html web:/usr/share/nginx/html/
