# expect: has the line on tea
docker run -d --name stall kiosk:1
docker exec stall sh -c 'cd /www/info && echo "Find us under the clock" > market.txt && sed -i "s/\$/ Tea 1 crown/" prices.txt && rm map.txt'
