# expect: Berth
docker exec web sh -c 'echo "Berth N: free" > /usr/share/nginx/html/berths.html'
