# expect: Berth 4: free
docker exec web sh -c 'echo "Berth 4 is free" > /usr/share/nginx/html/berths.html'
