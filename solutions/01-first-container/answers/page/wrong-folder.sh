# expect: 404
docker exec web sh -c 'mkdir -p /var/www/html && echo "Berth 4: free" > /var/www/html/berths.html'
