# expect: has the command
docker run --name second kiosk:1 sh -c 'cd /www/info && rm closed.txt && echo "Open from 06:00 to 22:00" > hours.txt && sed -i "s/1 crown/2 crowns/" prices.txt'
docker commit second kiosk:2
