# expect: /www/info/prices.txt
docker run -d --name stall kiosk:1
docker exec stall sh -c 'cd /www/info && echo market > market.txt && echo "Tea 1 crown" > prices.txt && rm map.txt'
