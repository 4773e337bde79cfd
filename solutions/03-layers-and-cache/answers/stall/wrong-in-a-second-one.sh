# expect: /www/info/market.txt
docker run -d --name stall kiosk:1
docker run --rm kiosk:1 sh -c 'cd /www/info && echo market > market.txt && echo "Tea 1 crown" >> prices.txt && rm map.txt'
